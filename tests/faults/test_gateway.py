"""A sick gateway under pay, cancel and refund: never a 500, and one effect in the end."""

import pytest

from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Refund, RefundState
from orders.stages import Stage
from shop import clock
from tests import cast
from tests.faults.conftest import FaultShop, get_order, wait_until

pytestmark = pytest.mark.fault
KINDS = ("timeout_before", "timeout_after", "error_500", "html", "truncated", "wrong_type")


@pytest.mark.parametrize("kind", KINDS)
def test_pay_cancel_and_refund_survive(shop: FaultShop, kind: str) -> None:
    sku, buyer = cast.make_sku(), shop.buyer()

    paid = buyer.placed(sku.pk)
    shop.fail(kind)
    trouble = buyer.call("POST", f"/orders/{paid}/pay")
    assert (trouble.status, trouble.body["code"]) == (503, "gateway_unavailable")
    assert int(trouble.headers["Retry-After"]) > 0
    attempt = buyer.pay(paid)
    wait_until(lambda: get_order(paid).stage == Stage.TO_CONFIRM)
    assert len(shop.told(attempt)["trades"]) == 1

    cancelled = buyer.placed(sku.pk)
    buyer.call("POST", f"/orders/{cancelled}/pay")
    shop.fail(kind)
    assert buyer.call("POST", f"/orders/{cancelled}/cancel").status == 503
    assert buyer.call("POST", f"/orders/{cancelled}/cancel").status == 200
    assert buyer.call("POST", f"/orders/{cancelled}/cancel").status == 200

    shop.fail(kind, "/v3/refund")
    cancel_paid(get_order(paid).pk, reason="缺货", actor=cast.clerk())
    wait_until(lambda: shop.told(f"{paid}R-1")["calls"] != {})
    wait_until(lambda: is_tried(paid), seconds=20)
    # The waiting between tries is a column: set forward instead of waited for.
    Refund.objects.filter(order__number=paid).update(next_try_at=clock.now())
    wait_until(lambda: Refund.objects.get(order__number=paid).state == RefundState.DONE)
    assert len(shop.told(f"{paid}R-1")["refunds"]) == 1


def is_tried(number: str) -> bool:
    """The first try has ended, or the gateway's notice was faster."""
    refund = Refund.objects.get(order__number=number)
    return refund.last_error != "" or refund.state == RefundState.DONE


def test_a_gateway_that_is_away_is_a_503_to_the_phone(shop: FaultShop) -> None:
    buyer = shop.buyer()
    number = buyer.placed(cast.make_sku().pk)
    shop.processes.kill("standins")
    try:
        assert buyer.call("POST", f"/orders/{number}/pay").status == 503
        assert buyer.call("POST", "/auth/login", code="x").status == 503
    finally:
        shop.processes.start("standins")
    assert buyer.call("POST", f"/orders/{number}/pay").status == 200
