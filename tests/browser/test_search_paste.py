"""Many lines pasted into the search box stay apart."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page

from orders.payments.changes.addressing import change_address
from tests.browser.conftest import Device, LiveShop, open_page
from tests.cast import HOME, clerk, place

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
_PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  return document.querySelector(selector).dispatchEvent(event);
}"""


def paste(page: Page, text: str) -> bool:
    """Whether the browser would still paste by itself."""
    return bool(page.evaluate(_PASTE, ["#search", text]))


def test_pasted_lines_find_their_orders(live_shop: LiveShop, device: Device) -> None:
    orders = {}
    for name, phone in (("欧阳一一", "13911110001"), ("欧阳二二", "13911119402")):
        order = place()
        change_address(order.pk, to=replace(HOME, recipient=name, phone=phone), actor=clerk())
        orders[name] = order.number
    page = open_page(device(), live_shop, "/console/")
    assert not paste(page, "欧阳一一\r\n9402\n\n")
    assert page.input_value("#search") == "欧阳一一, 9402"
    page.focus("#search")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/orders/?q=*")
    shown = page.locator("tr[data-href]").evaluate_all("rows => rows.map(row => row.dataset.href)")
    assert {f"/console/orders/{number}/" for number in orders.values()} == set(shown)


def test_one_line_is_left_to_the_browser(live_shop: LiveShop, device: Device) -> None:
    page = open_page(device(), live_shop, "/console/")
    assert paste(page, "2611 2512 3456\n")
