"""The console without a mouse: what the keyboard reaches, and that one sees where it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import LiveShop
from tests.cast import open_shop, prepared_order

pytestmark = pytest.mark.browser
Device = Callable[..., BrowserContext]
STOPS = 30
# What is drawn around the focused element, told apart from what is drawn without the focus.
SHOWN = """() => {
  const node = document.activeElement;
  if (node === document.body) return "body";
  const looks = () => ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderColor"]
    .map((part) => getComputedStyle(node)[part]).join();
  const focused = looks();
  const holder = node.closest(".top-search") || node;
  const around = getComputedStyle(holder).outlineStyle !== "none" || getComputedStyle(holder).boxShadow !== "none";
  node.blur();
  const changed = focused !== looks() || (holder !== node && around);
  node.focus({ focusVisible: true, preventScroll: true });
  return changed ? "" : node.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def order_page(device: Device, live_shop: LiveShop) -> Page:
    open_shop()
    page = device("owner").new_page()
    page.goto(live_shop.url(f"/console/orders/{prepared_order().number}/"))
    return page


def test_the_first_stop_skips_to_the_content(order_page: Page) -> None:
    order_page.keyboard.press("Tab")
    link = order_page.locator(".skip-link")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    order_page.keyboard.press("Enter")
    expect(order_page.locator("#main")).to_be_focused()


def test_one_sees_where_the_keyboard_is(order_page: Page) -> None:
    hidden = []
    for _ in range(STOPS):
        order_page.keyboard.press("Tab")
        order_page.wait_for_timeout(30)
        if unseen := order_page.evaluate(SHOWN):
            hidden.append(unseen)
    assert hidden == []


def test_a_dialog_takes_the_keyboard_and_gives_it_back(order_page: Page) -> None:
    opener = order_page.locator('.next-step [data-dialog-open="#dialog-ship"]')
    opener.focus()
    order_page.keyboard.press("Enter")
    expect(order_page.locator("#dialog-ship [data-tracking-no]").first).to_be_focused()
    order_page.keyboard.press("Escape")
    expect(order_page.locator("#dialog-ship")).to_be_hidden()
    expect(opener).to_be_focused()
