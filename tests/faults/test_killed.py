"""Processes die (SIGKILL) between two steps: nothing is lost and nothing done twice."""

import time

import pytest

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import AttemptState, PayAttempt, Refund, RefundState
from orders.stages import Stage
from shop import clock
from shop.events.delivery import count_undelivered
from shop.store.choices import PayMethod
from tests import cast
from tests.faults.conftest import FaultShop, get_order, in_background, wait_until

pytestmark = pytest.mark.fault


def paid_over_the_api(shop: FaultShop, *, pay_method: str = "wechat") -> str:
    buyer = shop.buyer()
    number = buyer.placed(cast.make_sku().pk, pay_method=pay_method)
    buyer.pay(number)
    wait_until(lambda: get_order(number).stage == Stage.TO_CONFIRM)
    return number


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
@pytest.mark.parametrize(
    ("pay_method", "path", "journal"),
    [
        ("wechat", "/v3/refund", "refunds"),
        ("alipay", "/gateway.do/alipay.trade.refund", "alipay_refunds"),
    ],
)
def test_a_worker_killed_while_it_refunds(
    shop: FaultShop, kind: str, pay_method: str, path: str, journal: str
) -> None:
    number = paid_over_the_api(shop, pay_method=pay_method)
    shop.standin("behaviour", send_notices=False)
    shop.fail(kind, path, seconds=2.5)
    cancel_paid(get_order(number).pk, reason="缺货", actor=cast.clerk())
    wait_until(lambda: shop.told(f"{number}R-1")["calls"] != {})
    shop.processes.restart("worker")
    assert Refund.objects.get(order__number=number).state == RefundState.COMMITTED
    # Its lease runs out by itself; that time is set forward instead of waited for.
    Refund.objects.filter(order__number=number).update(lease_until=clock.now(), next_try_at=clock.now())
    wait_until(lambda: Refund.objects.get(order__number=number).state == RefundState.DONE)
    assert len(shop.told(f"{number}R-1")[journal]) == 1


def test_a_web_process_killed_between_closing_and_cancelling(shop: FaultShop) -> None:
    buyer = shop.buyer()
    number = buyer.placed(cast.make_sku().pk)
    buyer.call("POST", f"/orders/{number}/pay")
    attempt = PayAttempt.objects.get(order__number=number)
    shop.fail("timeout_after", f"/v3/pay/transactions/out-trade-no/{attempt.number}/close", seconds=2.5)
    request = in_background(lambda: buyer.call("POST", f"/orders/{number}/cancel"))
    wait_until(lambda: "close" in shop.told(attempt.number)["calls"].get(attempt.number, {}))
    shop.processes.kill("web")
    request.join()
    attempt.refresh_from_db()
    assert (get_order(number).stage, attempt.state) == (Stage.UNPAID, AttemptState.CLOSING)
    shop.processes.start("web")
    assert buyer.call("POST", f"/orders/{number}/cancel").body["code"] == "closing"
    PayAttempt.objects.filter(pk=attempt.pk).update(closing_until=clock.now())
    assert buyer.call("POST", f"/orders/{number}/cancel").status == 200
    assert get_order(number).stage == Stage.CLOSED


def test_a_deliverer_killed_while_it_drains(shop: FaultShop) -> None:
    shop.processes.kill("deliver")
    buyer, sku = cast.make_customer(), cast.make_sku(on_hand=1000)
    orders = [
        cast.place(buyer, basket={sku.pk: 1}, pay_method=PayMethod.COD, key=f"drain-{n}-{time.monotonic()}")
        for n in range(120)
    ]
    waiting = count_undelivered()
    shop.processes.start("deliver")
    wait_until(lambda: count_undelivered() < waiting)
    shop.processes.kill("deliver")
    shop.processes.start("deliver", "deliver2")
    try:
        wait_until(lambda: count_undelivered() == 0)
    finally:
        shop.processes.stop("deliver2")
    rang = Alert.objects.filter(kind=AlertKind.NEW_ORDER, order__in=orders)
    assert rang.count() == len(orders)


def test_a_deliverer_killed_before_it_enqueues_a_refund(shop: FaultShop) -> None:
    number = paid_over_the_api(shop)
    shop.processes.kill("deliver")
    cancel_paid(get_order(number).pk, reason="缺货", actor=cast.clerk())
    shop.processes.start("deliver")
    wait_until(lambda: Refund.objects.get(order__number=number).state == RefundState.DONE)
    assert len(shop.told(f"{number}R-1")["refunds"]) == 1
