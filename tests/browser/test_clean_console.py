"""A walk over the main pages leaves nothing in the browser's console: whoever looks there should find real trouble."""

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.conftest import Device, LiveShop, open_page
from tests.cast import open_shop, paid_order

pytestmark = pytest.mark.browser
MAIN = (
    "",
    "orders/",
    "orders/{number}/",
    "alerts/",
    "products/",
    "products/stock/",
    "customers/",
    "jobs/",
    "audit/",
    "staff/people/",
    "settings/",
)


def watch(page: Page) -> list[str]:
    """Every message from now on, warnings and remarks too, with the page it came from."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(f"{page.url}: {message.type} {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return said


def test_the_console_stays_clean_though_nothing_was_pressed_since_the_sound_was_enabled(
    live_shop: LiveShop, device: Device
) -> None:
    open_shop()
    number = paid_order().number
    context = device()
    first = open_page(context, live_shop, "/console/")
    first.locator("#alerts-silent [data-alerts-unlock]").click()
    first.close()
    page = context.new_page()
    said = watch(page)
    for path in MAIN:
        answer = page.goto(live_shop.url(f"/console/{path.format(number=number)}"))
        assert answer is not None and answer.ok, path
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(600)
    assert said == []
