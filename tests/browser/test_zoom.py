"""The console at 200 %: nothing lies over what one presses, and dialogs scroll."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import ZOOMED
from tests.browser.test_clean_console import MAIN
from tests.cast import make_staff, open_shop, paid_order

pytestmark = pytest.mark.browser
# Each link, button and field is brought into view; where its middle is, nothing else may be.
COVERED = """(scope) => {
  const all = document.querySelectorAll(`${scope} :is(a, button, summary, select, textarea, input:not([type=hidden]))`);
  const is_seen = (node) =>
    node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && node.getBoundingClientRect().width > 1;
  const is_covered = (node) => {
    node.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const { x, y, width, height } = node.getBoundingClientRect();
    const hit = document.elementFromPoint(x + width / 2, y + height / 2);
    return !(node.contains(hit) || hit?.closest("label")?.contains(node));
  };
  return [...all].filter((node) => is_seen(node) && !node.closest(".skip-link") && is_covered(node))
    .map((node) => node.outerHTML.slice(0, 100));
}"""


@pytest.fixture
def page(device: Device, live_shop: LiveShop) -> Page:
    open_shop()
    return open_page(device(viewport=ZOOMED, reduced_motion="reduce"), live_shop, "/console/")


def test_nothing_covers_what_one_presses(page: Page, live_shop: LiveShop) -> None:
    names, covered = {"number": paid_order().number, "person": make_staff("order_clerk").pk}, {}
    for path in MAIN:
        page.goto(live_shop.url(f"/console/{path.format(**names)}"))
        expect(page.locator("#alerts-silent")).to_be_visible()
        if found := page.evaluate(COVERED, "body"):
            covered[path] = found
    assert covered == {}


@pytest.mark.parametrize("name", ["change_address", "filter"])
def test_a_dialog_scrolls_and_its_buttons_stay(page: Page, live_shop: LiveShop, name: str) -> None:
    if name == "filter":
        page.goto(live_shop.url("/console/orders/"))
        page.locator("[hx-get$='/filter/']").click()
    else:
        page.goto(live_shop.url(f"/console/orders/{paid_order().number}/change-address/"))
    dialog = page.locator(f"#dialog-{name}")
    expect(dialog).to_be_visible()
    box = dialog.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= ZOOMED["height"]
    assert page.evaluate(COVERED, f"#dialog-{name}") == []
