"""A walk over the main pages leaves nothing in the browser's console: whoever looks there should find real trouble.

The walker has the longest names that there are, which push no page beyond the edge of its screen. What each page
brings is weighed on the way, since most of the time until it is ready is spent on that.
"""

from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import ConsoleMessage, Page

from shop.staff.models import StaffUser
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW, WIDE
from tests.browser.weight import MOST_RESTYLED, count_restyled, find_heavy
from tests.cast import make_staff, open_shop, paid_order

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
    "staff/people/{person}/",
    "staff/me/",
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


def find_beyond_edge(page: Page) -> list[str]:
    """At which widths the page is wider than its screen, by how much."""
    found = []
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if beyond > 0:
            found.append(f"{page.url}: {beyond} px at {size['width']}")
    return found


def test_the_console_stays_clean_though_nothing_was_pressed_since_the_sound_was_enabled(
    live_shop: LiveShop, device: Device
) -> None:
    open_shop()
    number = paid_order().number
    walker = make_staff("owner", username=token_hex(20))
    StaffUser.objects.filter(pk=walker.pk).update(display_name="W" * 60)
    context = device(walker)
    first = open_page(context, live_shop, "/console/")
    first.locator("#alerts-silent [data-alerts-unlock]").click()
    first.close()
    page = context.new_page()
    said, beyond, heavy = watch(page), [], []
    for path in MAIN:
        answer = page.goto(live_shop.url(f"/console/{path.format(number=number, person=walker.pk)}"))
        assert answer is not None and answer.ok, path
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(600)
        heavy += find_heavy(page)
        beyond += find_beyond_edge(page)
    assert (said, beyond, heavy) == ([], [], [])


def test_a_small_change_is_no_work_for_the_whole_page(
    live_shop: LiveShop, device: Device, tmp_path: Path
) -> None:
    open_shop()
    page = open_page(device(), live_shop, f"/console/orders/{paid_order().number}/")
    page.wait_for_load_state("networkidle")
    assert count_restyled(page, tmp_path / "trace.json") <= MOST_RESTYLED
