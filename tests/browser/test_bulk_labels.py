"""Twenty orders from chosen to sent: so many presses, and what one sees between them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order
from orders.stages import Stage
from orders.waybills.models import Waybill
from orders.waybills.tasks import ask_provider
from shop.jobs.models import Job
from shop.jobs.running import run_slice
from tests import cast
from tests.browser.conftest import Device, LiveShop
from tests.expect import wait_until
from tests.waybills.conftest import ScriptedProvider, set_up_couriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ORDERS, MOST_PRESSES = 20, 5
NO_DIALOG = "window.printed = 0; window.print = () => { window.printed += 1; };"


class Clerk:
    """Presses, and counts how often."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def click(self, what: str) -> None:
        self.presses += 1
        self.page.locator(what).click()

    def enter(self) -> None:
        self.presses += 1
        self.page.keyboard.press("Enter")


@pytest.fixture
def work(live_shop: LiveShop, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Job]:
    """Do what a worker would do with the newest job, and what it asks the provider."""
    provider = ScriptedProvider()
    # Its numbers go on where those of the tests before have ended.
    provider.numbers = {str(at): str(at) for at in range(Waybill.objects.count())}
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: provider)

    def run() -> Job:
        job = Job.objects.latest("pk")
        run_slice(job.pk)
        for waybill in Waybill.objects.filter(state="requested"):
            ask_provider(waybill.pk)
        return Job.objects.get(pk=job.pk)

    return run


def place_orders() -> list[Order]:
    cast.open_shop()
    set_up_couriers()
    sku = cast.make_sku(on_hand=ORDERS)
    return [cast.prepared_order(basket={sku.pk: 1}) for _ in range(ORDERS)]


def open_chosen(page: Page, live_shop: LiveShop, orders: list[Order]) -> None:
    """The list with all these orders chosen."""
    name = orders[0].lines.get().product_name
    page.goto(live_shop.url(f"/console/orders/?tab=to_ship&size=50&product={name}"))
    for order in orders:
        page.locator(f"tbody input[name=number][value='{order.number}']").check()
    expect(page.locator("[data-bulk-count]")).to_contain_text(str(len(orders)))


def test_twenty_orders_are_labelled_printed_and_shipped_in_five_presses(
    live_shop: LiveShop, device: Device, work: Callable[[], Job]
) -> None:
    orders = place_orders()
    context = device("warehouse", scripts=(NO_DIALOG,))
    page = context.new_page()
    open_chosen(page, live_shop, orders)
    clerk = Clerk(page)
    clerk.click("[data-bulk-action=label]")
    expect(page.locator("#dialog-bulk button.btn-primary")).to_be_focused()
    clerk.enter()
    page.wait_for_url("**/console/jobs/*/")
    assert work().done == ORDERS
    expect(page.locator("#print-labels")).to_contain_text(str(ORDERS), timeout=15_000)
    with context.expect_page() as opened:
        clerk.click("#print-labels")
    sheets = opened.value
    wait_until(lambda: sheets.evaluate("window.printed") == 1, seconds=15, page=sheets)
    assert sheets.locator("iframe[sandbox]").count() == ORDERS
    assert sheets.frame_locator("iframe >> nth=19").locator("p").inner_text() == "label"
    clerk.click("#ship-labelled")
    expect(page.locator("#dialog-bulk button.btn-primary")).to_be_focused()
    clerk.enter()
    expect(page.locator("#job-labels")).to_have_count(0)
    assert work().done == ORDERS
    stages = Order._base_manager.filter(pk__in=[order.pk for order in orders]).values_list("stage", flat=True)
    assert set(stages) == {Stage.SHIPPED}
    assert set(Waybill.objects.filter(order__in=orders).values_list("state", "prints")) == {("used", 1)}
    assert clerk.presses <= MOST_PRESSES


@pytest.mark.parametrize("width", [1440, 390])
def test_the_bar_and_the_pages_fit_the_screen(
    live_shop: LiveShop, device: Device, work: Callable[[], Job], width: int
) -> None:
    orders = place_orders()
    page = device("owner", viewport={"width": width, "height": 900}).new_page()
    open_chosen(page, live_shop, orders)
    bar = page.locator("#bulk")
    expect(page.locator("[data-bulk-action=ship_part]")).to_be_hidden()
    assert_fits(page)
    assert (bar.bounding_box() or {})["height"] < 330
    page.locator("[data-bulk-action=label]").click()
    assert_fits(page)
    page.locator("#dialog-bulk button.btn-primary").click()
    page.wait_for_url("**/console/jobs/*/")
    work()
    expect(page.locator("#ship-labelled")).to_contain_text(str(ORDERS), timeout=15_000)
    assert_fits(page)
    open_chosen(page, live_shop, orders)
    expect(page.locator("[data-bulk-action=ship_part]")).to_be_visible()
    menu = bar.locator("details", has=page.locator("[data-bulk-action=print_labels]"))
    menu.locator("summary").click()
    box = menu.locator(".menu-panel").bounding_box() or {}
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.locator("[data-bulk-action=print_labels]").click()
    expect(page.locator("#dialog-bulk button.btn-primary")).to_be_visible()
    assert_fits(page)


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
