"""Fifty buyers press "pay" while WeChat Pay hangs: pages, callbacks and every other door stay open."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests

from orders.models import Order
from orders.payments.models import GatewayLine, PayAttempt
from orders.stages import Stage
from shop import clock
from tests import cast
from tests.faults.conftest import Buyer, FaultShop, get_order, wait_until
from tests.threads import meanwhile

pytestmark = pytest.mark.fault
BUYERS = 50
HANGS_S = 10


@pytest.fixture
def orders(shop: FaultShop) -> list[tuple[Buyer, str]]:
    """An order of each buyer, not yet paid."""
    sku = cast.make_sku(on_hand=1_000)
    buyers = [shop.buyer() for _ in range(BUYERS)]
    return [(buyer, buyer.placed(sku.pk)) for buyer in buyers]


def press_together(orders: list[tuple[Buyer, str]]) -> list[int]:
    with ThreadPoolExecutor(len(orders)) as pool:
        presses = [pool.submit(buyer.call, "POST", f"/orders/{number}/pay") for buyer, number in orders]
        return [press.result().status for press in presses]


def pay_as_soon_as_possible(buyer: Buyer, number: str) -> str:
    """The gateway may still be resting from the trouble of another test."""
    wait_until(lambda: buyer.call("POST", f"/orders/{number}/pay").status == 200)
    return buyer.pay(number)


def look(url: str, statuses: list[int]) -> None:
    """Ask for a page, and keep the status it came with."""
    statuses.append(requests.get(url, timeout=30, allow_redirects=False).status_code)
    time.sleep(0.05)


def test_pages_and_callbacks_go_on_while_the_gateway_hangs(
    shop: FaultShop, orders: list[tuple[Buyer, str]]
) -> None:
    payer, paid = orders[0]
    shop.standin("behaviour", send_notices=False)
    attempt = pay_as_soon_as_possible(payer, paid)
    shop.fail("late", seconds=HANGS_S, times=9_999)
    url, pages, api = shop.processes.web_url(), [], []
    with meanwhile(
        partial(look, f"{url}/console/staff/login/", pages), partial(look, f"{url}/api/v1/products", api)
    ):
        pressing = threading.Thread(target=press_together, args=(orders[1:],))
        pressing.start()
        wait_until(lambda: len(pages) > 5)
        assert shop.standin("notices", number=attempt, mode="valid")["statuses"] == [204]
        assert get_order(paid).stage == Stage.TO_CONFIRM
        pressing.join()
    assert set(pages) == {200}
    assert set(api) == {200}
    assert len(pages) > 20


def test_no_order_that_was_paid_is_closed_and_all_is_settled_when_the_gateway_is_back(
    shop: FaultShop, orders: list[tuple[Buyer, str]]
) -> None:
    shop.standin("behaviour", send_notices=False)
    paid = [number for buyer, number in orders[:10] if pay_as_soon_as_possible(buyer, number)]
    opened = [number for buyer, number in orders[10:20] if buyer.call("POST", f"/orders/{number}/pay")]
    # A worker that rests from the trouble of another test would ask too seldom to find the gateway silent.
    shop.processes.restart("worker")
    shop.fail("timeout_before", times=99_999)
    Order.objects.filter(number__in=[*paid, *opened]).update(pay_by=clock.now())
    wait_until(lambda: GatewayLine.objects.filter(failures__gte=5).exists())
    time.sleep(3)
    assert set(press_together(orders[20:])) == {503}
    stages = Order.objects.filter(number__in=[*paid, *opened]).values_list("stage", flat=True)
    assert set(stages) == {Stage.UNPAID}
    shop.standin("faults")
    # The times of the next questions are columns: set forward instead of waited for.
    attempts = PayAttempt.objects.filter(order__number__in=[*paid, *opened])
    attempts.update(next_query_at=clock.now(), cancel_asked_until=clock.now())
    for numbers, stage in ((paid, Stage.TO_CONFIRM), (opened, Stage.CLOSED)):
        settled = Order.objects.filter(number__in=numbers, stage=stage)
        wait_until(lambda rows=settled, all_of=numbers: rows.count() == len(all_of), seconds=90)
    assert not GatewayLine.objects.filter(failures__gt=0).exists()
