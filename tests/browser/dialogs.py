"""Opening dialogs from the keyboard, going once around in each, and coming back."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.axe import CONTRAST, TARGETS, find_violations
from tests.browser.look import INSPECT, NARROW, PAINT, WIDE

MOST_STOPS = 80
OPEN = "dialog[open]"
_OPENERS = "() => [...document.querySelectorAll('[data-dialog-open]')].map((node) => node.dataset.dialogOpen)"
# Where the keyboard is: `at` counts the elements of the dialog, and is -1 outside it.
_STOP = """() => {
  const node = document.activeElement;
  const dialog = document.querySelector("dialog[open]");
  const { top, bottom, left, width, height } = node.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  return {
    at: [...dialog.querySelectorAll("*")].indexOf(node), is_page: node === document.body,
    html: node.outerHTML.slice(0, 120),
    top: top + dialog.scrollTop, bottom: bottom + dialog.scrollTop, left,
    is_seen: node.contains(hit) || Boolean(hit?.closest("label")?.contains(node)),
  };
}"""
_IS_BACK = """(opener) => {
  const [back, menu] = [document.activeElement, opener.closest("details.menu:not([open])")];
  return back === opener || back === menu?.querySelector("summary");
}"""


def list_openers(page: Page) -> list[str]:
    """The selectors of the dialogs that can be opened on this page, each once."""
    found: list[str] = page.evaluate(_OPENERS)
    return list(dict.fromkeys(found))


def try_dialog(page: Page, dialog: str) -> list[str]:
    """Open this dialog by its first opener, use it by the keyboard alone and leave it; what was wrong."""
    page.set_viewport_size(WIDE)
    opener = page.locator(f"[data-dialog-open='{dialog}']").first
    opener.evaluate("node => { const menu = node.closest('details.menu'); if (menu) menu.open = true; }")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{dialog}:modal")).to_be_visible()
    problems = [*_go_around(page), *_look(page)]
    page.set_viewport_size(WIDE)
    page.keyboard.press("Escape")
    expect(page.locator(dialog)).to_be_hidden()
    if not opener.evaluate(_IS_BACK):
        problems.append("the focus does not come back")
    return [f"{dialog}: {problem}" for problem in problems]


def _go_around(page: Page) -> Iterator[str]:
    """Tab from the field that has the focus to itself again: inside, seen, and in the order of reading."""
    stops = _list_stops(page)
    yield from (f"Tab leads out: {stop['html']}" for stop in stops if stop["at"] < 0 and not stop["is_page"])
    inside = [stop for stop in stops if stop["at"] >= 0]
    yield from (f"the focus is covered: {stop['html']}" for stop in inside if not stop["is_seen"])
    steps = list(zip(inside, [*inside[1:], *inside[:1]], strict=True))
    back = [f"{one['html']} → {other['html']}" for one, other in steps if not _follows(one, other)]
    # Once around goes back to the beginning once.
    if len(back) > 1:
        yield f"out of order: {back}"


def _list_stops(page: Page) -> list[dict[str, Any]]:
    stops: list[dict[str, Any]] = [page.evaluate(_STOP)]
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        # A date has several stops of its own.
        if stop["at"] == stops[-1]["at"]:
            continue
        if stop["at"] == stops[0]["at"]:
            return stops
        stops.append(stop)
    raise AssertionError(f"Tab does not come around: {stops}")


def _follows(one: dict[str, Any], other: dict[str, Any]) -> bool:
    is_below = other["top"] >= one["bottom"] - 1
    is_beside = other["bottom"] > one["top"] and other["left"] > one["left"]
    return bool(is_below or is_beside)


def _look(page: Page) -> Iterator[str]:
    """The rules of axe in both themes, and the dialog on a phone."""
    page.evaluate(INSPECT, [])
    page.evaluate(PAINT, "light")
    yield from find_violations(page, within=OPEN)
    page.evaluate(PAINT, "dark")
    yield from find_violations(page, within=OPEN, rules=[CONTRAST])
    page.set_viewport_size(NARROW)
    yield from find_violations(page, within=OPEN, rules=[TARGETS])
    yield from page.evaluate("window.findSmallTargets(document.querySelector('dialog[open]'))")
    yield from page.evaluate("window.findOverflow()")
