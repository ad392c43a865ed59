"""The scan station by the keys of a scanner alone: from the slip to the next one, whatever is scanned between."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order
from orders.packing.models import PackingScan
from orders.shipping.models import Parcel
from orders.waybills.models import Waybill
from shop import clock
from shop.catalog.models import Sku
from shop.couriers.models import Provider, ProviderAccount
from shop.demo.standins import load_courier_credentials
from shop.events.models import Event
from tests import cast
from tests.browser.conftest import Device, LiveShop
from tests.browser.look import NARROW, WIDE, Visitor
from tests.expect import fresh
from tests.waybills.conftest import set_up_couriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PATH = "/console/orders/station/"
SAID, NEXT, FIELD, STATE = ".station-said", ".station-next h2", "#station-code", "#station-state"
SLOW = 15_000
HEAR = """
window.tones = [];
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones.push(this.type); return begin.call(this, at); };
window.print = () => {};
"""


def order_of(pieces: int) -> tuple[Order, Sku]:
    sku = cast.make_sku()
    return cast.prepared_order(basket={sku.pk: pieces}), sku


@pytest.fixture
def page(live_shop: LiveShop, device: Device) -> Page:
    page = device("warehouse", scripts=(HEAR,), viewport=WIDE).new_page()
    page.goto(live_shop.url(PATH))
    expect(page.locator(FIELD)).to_be_focused()
    return page


def scan(page: Page, code: str, tone: str) -> None:
    """What a keyboard wedge does: the code at once, then Enter; waits for its own answer."""
    page.evaluate("document.querySelector('#station-state').dataset.former = ''")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    answer = page.locator(f"{STATE}:not([data-former])")
    expect(answer).to_have_attribute("data-tone", tone, timeout=SLOW)
    expect(page.locator(FIELD)).to_be_focused()
    expect(page.locator(FIELD)).to_have_value("")


def test_from_slip_to_next_with_a_typed_number_and_a_wrong_scan(page: Page, live_shop: LiveShop) -> None:
    order, sku = order_of(2)
    other = cast.make_sku()
    number = f"SF{order.pk:013d}"
    scan(page, order.number, "right")
    scan(page, sku.code, "right")
    expect(page.locator(".station-count b")).to_have_text("1/2")
    scan(page, other.code, "wrong")
    expect(page.locator(SAID)).to_contain_text(sku.product.name)
    expect(page.locator("#station-say")).to_contain_text(other.product.name)
    page.reload()
    expect(page.locator(".station-count b")).to_have_text("1/2")
    expect(page.locator(FIELD)).to_be_focused()
    scan(page, sku.code, "full")
    scan(page, number, "right")
    scan(page, number, "done")
    expect(page.locator(NEXT)).to_have_text("请扫装箱单")
    assert page.url == live_shop.url(PATH)
    assert (fresh(order).stage, Parcel.objects.get(tracking_no=number).courier) == ("shipped", "SF")
    assert Event.objects.filter(verb="packing.wrong", order_id=order.pk).count() == 1


def test_right_is_soft_wrong_is_loud_and_muted_is_silent(page: Page) -> None:
    order, sku = order_of(3)
    scan(page, order.number, "right")
    scan(page, "NOTHING-1", "wrong")
    assert page.evaluate("[...new Set(window.tones)]") == ["sine", "square"]
    page.locator("#station-mute").click()
    page.evaluate("window.tones.length = 0")
    scan(page, sku.code, "right")
    assert page.evaluate("window.tones") == []


def test_scans_faster_than_the_shop_are_all_counted_in_turn(page: Page) -> None:
    order, sku = order_of(6)
    scan(page, order.number, "right")
    for _ in range(6):
        page.keyboard.type(sku.code)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    expect(page.locator(STATE)).to_have_attribute("data-stage", "number", timeout=SLOW)
    assert PackingScan.objects.filter(packing__order=order, verdict="right").count() == 6


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(page: Page) -> None:
    order, sku = order_of(3)
    scan(page, order.number, "right")
    lost: list[str] = []

    def lose_the_first(route) -> None:
        if not lost:
            lost.append(route.request.post_data)
            route.fetch()
            route.abort()
            return
        assert route.request.post_data == lost[0]
        route.continue_()

    page.route(f"**{PATH}", lose_the_first)
    page.keyboard.type(sku.code)
    page.keyboard.press("Enter")
    expect(page.locator(".station-count b")).to_have_text("1/3", timeout=SLOW)
    page.wait_for_timeout(1000)
    assert PackingScan.objects.filter(packing__order=order, verdict="right").count() == 1


def test_keys_find_the_field_and_escape_asks_first(page: Page) -> None:
    order, sku = order_of(3)
    scan(page, order.number, "right")
    scan(page, sku.code, "right")
    page.locator("#station-mute").focus()
    page.keyboard.type("abc")
    expect(page.locator(FIELD)).to_have_value("abc")
    page.keyboard.press("Backspace")
    expect(page.locator(FIELD)).to_have_value("ab")
    page.keyboard.press("Escape")
    expect(page.locator(FIELD)).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator(STATE)).to_have_attribute("data-tone", "ask", timeout=SLOW)
    page.wait_for_timeout(600)
    page.keyboard.press("Escape")
    expect(page.locator(STATE)).to_have_attribute("data-stage", "empty", timeout=SLOW)
    assert order.packings.get().state == "left"


def test_a_stutter_of_the_scanner_takes_nothing_over(page: Page, device: Device, live_shop: LiveShop) -> None:
    order, _sku = order_of(2)
    scan(page, order.number, "right")
    other = device("warehouse", viewport=WIDE).new_page()
    other.goto(live_shop.url(PATH))
    for _ in range(2):
        other.keyboard.type(order.number)
        other.keyboard.press("Enter")
    other.wait_for_timeout(1500)
    expect(other.locator(STATE)).to_have_attribute("data-tone", "ask")
    scan(other, order.number, "right")
    expect(other.locator(STATE)).to_have_attribute("data-order", order.number)


def test_buttons_do_the_same_for_a_finger(page: Page) -> None:
    order, sku = order_of(2)
    scan(page, order.number, "right")
    scan(page, sku.code, "right")
    page.locator("[data-station-press][value=PACK-UNDO]").click()
    expect(page.locator(".station-count b")).to_have_text("0/2", timeout=SLOW)
    expect(page.locator(FIELD)).to_be_focused()


@pytest.fixture
def courier(live_shop: LiveShop) -> Iterator[None]:
    """The pretend 快递鸟, and a worker that asks it."""
    live_shop.processes.start("standins", "worker")
    made = load_courier_credentials(live_shop.processes.directory / "standins")
    ProviderAccount.objects.update_or_create(
        provider=Provider.KDNIAO,
        defaults={
            "customer": made.kdniao_business_id,
            "key": made.kdniao_api_key,
            "tested_at": clock.now(),
        },
    )
    set_up_couriers()
    yield
    live_shop.processes.stop("worker")
    live_shop.processes.stop("standins")


@pytest.mark.usefixtures("courier")
def test_from_slip_to_next_with_a_label(page: Page) -> None:
    order, sku = order_of(1)
    scan(page, order.number, "right")
    scan(page, sku.code, "full")
    with page.expect_popup(timeout=30_000) as printing:
        page.keyboard.type("PACK-LABEL")
        page.keyboard.press("Enter")
    expect(page.locator(STATE)).to_have_attribute("data-stage", "ready")
    printing.value.wait_for_url("**/labels/sheets/?key=*")
    printing.value.close()
    waybill = Waybill.objects.get(order=order)
    assert (waybill.state, waybill.prints) == ("issued", 1)
    page.bring_to_front()
    scan(page, waybill.tracking_no, "done")
    expect(page.locator(NEXT)).to_have_text("请扫装箱单")
    assert Parcel.objects.get(tracking_no=waybill.tracking_no).courier == waybill.courier


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_state_can_be_read_by_everybody(live_shop: LiveShop, device: Device, language: str) -> None:
    order, sku = order_of(2)
    context = device("warehouse", locale="zh-CN" if language == "zh-hans" else "en-US")
    visitor = Visitor(context, language)
    visitor.visit(live_shop.url(PATH))
    page = visitor.page
    for code, tone in (
        (order.number, "right"),
        ("NOTHING-1", "wrong"),
        (sku.code, "right"),
        ("PACK-NEXT", "ask"),
    ):
        scan(page, code, tone)
        visitor.look()
    visitor.visit(live_shop.url(f"{PATH}sheet/"))
    assert visitor.problems == []


def test_it_is_whole_on_a_phone(device: Device, live_shop: LiveShop) -> None:
    order, sku = order_of(2)
    page = device("warehouse", viewport=NARROW, has_touch=True).new_page()
    page.goto(live_shop.url(PATH))
    scan(page, order.number, "right")
    scan(page, sku.code, "right")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(NEXT)).to_be_in_viewport()
