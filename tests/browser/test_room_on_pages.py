"""What stands where: no card is drawn half empty, and the red strip hides nothing that somebody is about to use."""

import pytest
from playwright.sync_api import Page, expect

from orders.services.steps import confirm_order
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW, WIDE, ZOOMED
from tests.cast import clerk, open_shop, paid_order, prepared_order

pytestmark = pytest.mark.browser
EMPTY_PX = """
() => [...document.querySelectorAll(".queue")].map((card) => {
  const [rows, foot] = [card.querySelector(".queue-rows"), card.querySelector(".queue-foot")];
  const end = foot ? foot.getBoundingClientRect().top : card.getBoundingClientRect().bottom;
  return Math.round(end - rows.getBoundingClientRect().bottom);
})
"""
HIDDEN = """
() => {
  const strip = document.querySelector(".banner:not([hidden])").getBoundingClientRect();
  const is_under = (node) => {
    const { left, right, top, bottom, width } = node.getBoundingClientRect();
    const is_beside = right <= strip.left + 1 || left >= strip.right - 1;
    const is_apart = bottom <= strip.top + 1 || top >= strip.bottom - 1;
    return width && node.checkVisibility() && !is_beside && !is_apart;
  };
  const pressed = ":is(main, nav, .toasts) :is(a, button, input, select):not(.banner *)";
  const all = [...document.querySelectorAll(pressed)];
  scrollTo(0, 0);
  const reached = all.filter((each) => {
    each.focus();
    return is_under(each);
  });
  document.activeElement.blur();
  scrollTo(0, document.documentElement.scrollHeight);
  return [...reached, ...all.filter(is_under)].map((each) => each.outerHTML.slice(0, 80));
}
"""
BOXES = """
() => [...document.querySelectorAll("#dialog-ship, #dialog-ship :is(label, input, select, button)")].map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [node.id || node.name || node.textContent.trim(), x, y, width, height];
}).filter(([, , , width]) => width)
"""
TOAST = "document.dispatchEvent(new CustomEvent('toast', { detail: { message: '!', tone: 'error' } }))"

LONGEST_LINE = """
() => {
  const text = document.querySelector(".help-text");
  const width = Math.max(...[...text.querySelectorAll("p, li")].map((line) => line.getBoundingClientRect().width));
  return width / parseFloat(getComputedStyle(text).fontSize);
}
"""
"""In Chinese characters, each as wide as the type is high."""


def open_home(device: Device, live_shop: LiveShop, size: dict[str, int]) -> Page:
    open_shop()
    for number in range(6):
        order = paid_order()
        if number == 0:
            confirm_order(order.pk, actor=clerk())
    page = open_page(device(viewport=size, reduced_motion="reduce"), live_shop, "/console/")
    expect(page.locator("#alerts-silent")).to_be_visible()
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_card_is_as_high_as_what_it_holds(
    device: Device, live_shop: LiveShop, size: dict[str, int]
) -> None:
    empty = open_home(device, live_shop, size).evaluate(EMPTY_PX)
    assert len(empty) >= 2
    assert max(empty) <= 1


@pytest.mark.parametrize("size", [WIDE, ZOOMED, NARROW], ids=["wide", "zoomed", "narrow"])
def test_nothing_that_is_pressed_lies_under_the_strip(
    device: Device, live_shop: LiveShop, size: dict[str, int]
) -> None:
    """Neither what the keyboard reaches, nor the end of a page, nor what is held at its foot."""
    page = open_home(device, live_shop, size)
    assert page.evaluate(HIDDEN) == []
    for path in ("/console/orders/", "/console/settings/", "/console/staff/people/hire/"):
        page.goto(live_shop.url(path))
        expect(page.locator("#alerts-silent")).to_be_visible()
        page.evaluate(TOAST)
        if path == "/console/orders/":
            page.locator("tbody input[type=checkbox]").first.check()
            expect(page.locator(".selection-bar")).to_be_visible()
        assert page.evaluate(HIDDEN) == [], path


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_ship_dialog_stands_still_when_the_courier_is_guessed(
    device: Device, live_shop: LiveShop, size: dict[str, int]
) -> None:
    open_shop()
    page = open_page(device(viewport=size), live_shop, f"/console/orders/{prepared_order().number}/")
    page.locator('.next-step [data-dialog-open="#dialog-ship"]').click()
    number, words = (
        page.locator("#dialog-ship [name$=tracking_no]"),
        page.locator("#dialog-ship [data-guess]"),
    )
    expect(number).to_be_focused()
    before = page.evaluate(BOXES)
    for typed, said in (("SF1339000000001", "顺丰"), ("?" * 12, "请选择")):
        number.fill(typed)
        expect(words).to_contain_text(said)
        assert page.evaluate(BOXES) == before


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_quiet_hours_stand_on_one_line(device: Device, live_shop: LiveShop, size: dict[str, int]) -> None:
    page = open_page(device(viewport=size), live_shop, "/console/settings/")
    start, end = (
        page.locator("[name=quiet_from]").bounding_box(),
        page.locator("[name=quiet_until]").bounding_box(),
    )
    assert start is not None and end is not None
    assert start["y"] == end["y"]
    assert start["x"] + start["width"] < end["x"]


def test_on_a_phone_the_strip_is_one_line_at_the_edge(device: Device, live_shop: LiveShop) -> None:
    page = open_home(device, live_shop, NARROW)
    box = page.locator("#alerts-silent").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, NARROW["width"], NARROW["height"])
    assert box["height"] <= 56


def test_a_line_of_the_help_is_short_enough_to_be_read(device: Device, live_shop: LiveShop) -> None:
    page = open_page(device("store_clerk", viewport=WIDE), live_shop, "/console/help/order/")
    assert 30 <= page.evaluate(LONGEST_LINE) <= 38
