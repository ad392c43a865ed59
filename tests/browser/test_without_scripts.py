"""A page whose scripts do not come: it says so, and its links and forms work."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from orders.models import Order
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW
from tests.cast import open_shop, prepared_order

pytestmark = pytest.mark.browser


@pytest.fixture
def order(live_shop: LiveShop) -> Order:
    open_shop()
    return prepared_order()


def block(context: BrowserContext, pattern: str) -> BrowserContext:
    """Scripts whose address fits never come."""
    context.route(pattern, lambda route: route.abort())
    return context


def open_order(context: BrowserContext, live_shop: LiveShop, order: Order) -> Page:
    return open_page(context, live_shop, f"/console/orders/{order.number}/")


@pytest.mark.parametrize("cause", ["switched off", "blocked"])
def test_a_sentence_says_so_and_links_and_forms_work(
    device: Device, live_shop: LiveShop, order: Order, cause: str
) -> None:
    context = device(viewport=NARROW, java_script_enabled=cause == "blocked")
    page = open_order(block(context, "**/*.js"), live_shop, order)
    expect(page.locator("#no-scripts")).to_be_visible(timeout=10_000)
    expect(page.locator("#no-scripts")).to_contain_text("链接和表单可照常使用")
    page.locator(".order-menu summary").click()
    page.locator('.order-menu [data-dialog-open="#dialog-hold"]').click()
    dialog = page.locator("#dialog-hold")
    dialog.locator("[name=reason]").fill("买家要求晚点发")
    dialog.locator(".btn-primary").click()
    page.wait_for_url(f"**/{order.number}/")
    order.refresh_from_db()
    assert order.is_held


def test_what_does_not_come_alone_is_told_too(device: Device, live_shop: LiveShop, order: Order) -> None:
    page = open_order(block(device(), "**/alerts-voice.js"), live_shop, order)
    expect(page.locator("#no-scripts")).to_be_visible(timeout=10_000)


def test_without_htmx_what_opens_a_dialog_is_a_link(
    device: Device, live_shop: LiveShop, order: Order
) -> None:
    page = open_order(block(device(), "**/htmx*.js"), live_shop, order)
    expect(page.locator("#no-scripts")).to_be_visible(timeout=10_000)
    page.locator('.next-step [data-dialog-open="#dialog-ship"]').click()
    page.wait_for_url("**/ship/")
    expect(page.locator("#dialog-ship [name$=tracking_no]")).to_be_focused()


def test_with_scripts_there_is_neither_the_sentence_nor_room_for_it(
    device: Device, live_shop: LiveShop, order: Order
) -> None:
    page = open_order(device(viewport=NARROW), live_shop, order)
    page.locator("[data-alerts-later]").click()
    page.wait_for_timeout(4500)
    expect(page.locator("#no-scripts")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--strip')") == "0px"
