"""One order's whole life before two devices, while every process in turn is killed and started again."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from notifications.models import Alert, HandledHow
from orders.collections.models import Collection
from orders.models import Order
from orders.notices.models import BuyerNotice
from orders.payments.models import PayAttempt, Refund
from orders.printing.models import PrintJob
from orders.shipping.models import Parcel
from orders.stages import Source, Stage
from orders.waybills.models import Waybill
from shop import clock
from shop.demo.buyers import Buyers
from shop.demo.standins import load_credentials
from shop.events.delivery import count_undelivered
from shop.printers.models import Printer
from shop.queues import QUEUES
from tests.browser.conftest import Device, LiveShop, listening_page, open_page
from tests.browser.ears import NEW_ORDER, Ears
from tests.cast import make_sku, make_staff, open_shop
from tests.expect import wait_until
from tests.gateway import lend_credentials

pytestmark = [pytest.mark.browser, pytest.mark.fault]
ROUND_S = 5


class DecidedBuyer(Random):
    """The mind of a buyer who takes the last of every choice: three articles, two pieces each, pays, and receives.

    The articles are the newest, so that none is nearly sold out that another test has left in the shop.
    """

    def random(self) -> float:
        return 0.49

    def choice(self, seq: Any) -> Any:
        return seq[-1]

    def sample(self, population: Any, k: int, **kwargs: Any) -> list[Any]:
        return list(population)[:k]

    def getrandbits(self, k: int, /) -> int:
        """Kept beside `random`, without which keys would be drawn from that one."""
        return super().getrandbits(k)


@pytest.fixture
def whole_shop(live_shop: LiveShop) -> Iterator[LiveShop]:
    """The shop with all its processes and a WeChat it has credentials of; express and WeChat Pay only."""
    Alert.objects.filter(handled_at=None).update(handled_at=clock.now(), handled_how=HandledHow.OVER)
    _put_off_what_other_tests_left(live_shop)
    live_shop.processes.start("standins", "worker")
    made = load_credentials(live_shop.processes.directory / "standins")
    open_shop(
        local_on=False,
        express_cod_on=False,
        local_cod_on=False,
        voice_repeat_seconds=ROUND_S,
        quiet_from=None,
        quiet_until=None,
    )
    lend_credentials(made)
    for price_fen in (35_00, 48_00, 12_50):
        make_sku(price_fen=price_fen)
    yield live_shop
    for name in ("worker", "standins"):
        live_shop.processes.stop(name)


def _put_off_what_other_tests_left(live_shop: LiveShop) -> None:
    """A printer would print this order by itself, on its timeline; what the worker asks for may ring."""
    Printer.objects.update(is_on=False)
    later = clock.now() + timedelta(days=1)
    # Those were put into their states by hand, which the books would find.
    PrintJob.objects.all().delete()
    for model in (Waybill, Collection, BuyerNotice, Refund):
        model.objects.filter(next_try_at__lt=later).update(next_try_at=later)
    PayAttempt.objects.filter(next_query_at__lt=later).update(next_query_at=later)
    live_shop.redis.client().delete(*QUEUES)


def make_number(courier: str) -> str:
    """A tracking number that no other order has."""
    return f"{courier}{time.time_ns() % 10**13:013}"


@pytest.fixture
def buyers(whole_shop: LiveShop) -> Buyers:
    return Buyers(
        base_url=whole_shop.url(""),
        standin_url=whole_shop.processes.standin_url,
        rate=60,
        rng=DecidedBuyer(),
        people=1,
        thinking=(1, 1),
    )


def test_an_order_lives_through_the_death_of_every_process(
    whole_shop: LiveShop, buyers: Buyers, device: Device
) -> None:
    shop = whole_shop.processes
    clerk, manager = make_staff("order_clerk"), make_staff("manager")
    desk, desk_ears = listening_page(device, whole_shop, clerk, "/console/orders/")
    open_page(desk.context, whole_shop)
    office, office_ears = listening_page(device, whole_shop, manager, "/console/alerts/", web="web2")
    assert desk_ears.sentences == office_ears.sentences == []

    shop.kill("deliver")
    order = order_and_pay_while_processes_die(whole_shop, buyers)
    shop.start("deliver")
    hears_one_round(desk, desk_ears)
    hears_one_round(office, office_ears)
    whole_shop.redis.kill()
    whole_shop.redis.start()
    for page, ears in ((desk, desk_ears), (office, office_ears)):
        wait_until(lambda ears=ears: len(ears.sentences) >= 3, seconds=30, page=page)
        assert set(ears.sentences) == {NEW_ORDER}
        assert min(ears.pauses) > ROUND_S * 0.6

    desk.locator("[data-alerts-newest]").click()
    expect(desk.locator("h1")).to_contain_text(order.number[-2:])
    confirm_with_note(desk, "买家要先发茶叶")
    wait_until(lambda: Alert.objects.filter(order=order, handled_at=None).count() == 0, seconds=30)
    assert list(Alert.objects.filter(handled_at=None).values_list("kind", "order_id")) == []
    for page in (desk, office):
        # A page whose socket fell with Redis asks by itself until it has a new one.
        expect(page.locator("#unhandled-alerts")).to_have_text("", timeout=20_000)
    shop.restart("web")
    press(desk, "备货")
    assert_stage(order, Stage.PREPARING)
    shop.restart("worker")
    sf_number, yto_number = make_number("SF"), make_number("YT")
    ship(desk, sf_number, "顺丰速运", {0: 2, 1: 1, 2: 0})
    assert_stage(order, Stage.PREPARING)
    shop.restart("web2")
    office.goto(whole_shop.url(f"/console/orders/{order.number}/", web="web2"))
    ship(office, yto_number, "圆通速递", {})
    assert_stage(order, Stage.SHIPPED)
    shop.restart("standins")
    buyers._look_after_orders()
    assert_stage(order, Stage.DONE)
    shop.restart("deliver")

    wait_until(lambda: count_undelivered() == 0, seconds=30)
    assert told(desk, whole_shop, order) == [
        ("已下单", "买家"),
        ("已付款", "微信支付"),
        ("已确认", clerk.display_name),
        ("备货中", clerk.display_name),
        ("部分发货", clerk.display_name),
        ("已发货", manager.display_name),
        ("已收货", "买家"),
    ]
    assert_nothing_was_lost(whole_shop, order, [sf_number, yto_number])


def order_and_pay_while_processes_die(whole_shop: LiveShop, buyers: Buyers) -> Order:
    """The stand-in and the web process die between placing and paying; the buyer's phone tries again."""
    buyer = threading.Thread(target=buyers.run, kwargs={"orders": 1}, daemon=True)
    buyer.start()
    placed = Order.objects.filter(source=Source.MINI_PROGRAM).order_by("-pk")
    before = placed.values_list("pk", flat=True).first()
    wait_until(lambda: placed.values_list("pk", flat=True).first() != before, seconds=30)
    whole_shop.processes.restart("standins")
    whole_shop.processes.restart("web")
    order = placed[0]
    wait_until(lambda: Order.objects.get(pk=order.pk).stage == Stage.TO_CONFIRM, seconds=60)
    buyer.join(30)
    assert not buyer.is_alive()
    assert not Alert.objects.filter(order=order).exists()
    assert (order.pieces, order.lines.count()) == (6, 3)
    return order


def hears_one_round(page: Page, ears: Ears) -> None:
    wait_until(lambda: len(ears.sentences) > 0, seconds=10, page=page)
    page.wait_for_timeout(1000)
    assert ears.sentences == [NEW_ORDER]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator(".next-step").get_by_role("button", name=name).click()


def confirm_with_note(page: Page, note: str) -> None:
    page.locator(".order-menu summary").click()
    page.locator('[data-dialog-open="#dialog-confirm"]').click()
    page.keyboard.type(note)
    with page.expect_navigation():
        page.locator("#dialog-confirm .btn-primary").click()
    expect(page.locator("#notes .note")).to_contain_text(note)


def ship(page: Page, number: str, courier: str, pieces: dict[int, int]) -> None:
    """Ship one parcel with a typed number; `pieces` are what is changed, line by line."""
    page.locator('.next-step [data-dialog-open="#dialog-ship"]').click()
    page.keyboard.type(number)
    dialog = page.locator("#dialog-ship")
    expect(dialog.locator("[data-guess]").first).to_contain_text(courier)
    for line, count in pieces.items():
        dialog.locator(".quantities input").nth(line).fill(str(count))
    with page.expect_navigation():
        dialog.locator(".dialog-foot .btn-primary").click()
    expect(page.locator("#parcels")).to_contain_text(courier)


def assert_stage(order: Order, stage: Stage) -> None:
    order.refresh_from_db()
    assert order.stage == stage


def told(page: Page, live_shop: LiveShop, order: Order) -> list[tuple[str, str]]:
    """The timeline from its beginning: what happened, and who did it."""
    page.goto(live_shop.url(f"/console/orders/{order.number}/"))
    story = []
    for entry in reversed(page.locator(".timeline > li").all()):
        words = entry.locator(".timeline-head > span").evaluate("span => span.firstChild.textContent.trim()")
        story.append((words, entry.locator(".timeline-who").inner_text().strip()))
    return story


def assert_nothing_was_lost(live_shop: LiveShop, order: Order, numbers: Sequence[str]) -> None:
    parcels = Parcel.objects.filter(lines__order_line__order=order).distinct().order_by("pk")
    sent = [(parcel.tracking_no, sum(line.quantity for line in parcel.lines.all())) for parcel in parcels]
    assert sent == [(number, 3) for number in numbers]
    alert = Alert.objects.get(order=order)
    assert alert.handled_at is not None
    assert order.payments.filter(counts=True).count() == 1
    result = live_shop.processes.manage("check_books", check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    for web in ("web", "web2"):
        assert "Internal Server Error" not in live_shop.processes.log_text(web)
