"""The gateway's callbacks over real HTTP: repeated, late, out of turn, false, or never."""

import pytest
import requests

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.services.closing import GIVE_UP_AFTER
from orders.stages import Stage
from shop import clock
from shop.callbacks.models import Callback
from shop.callbacks.services import MAX_BODY
from tests import cast
from tests.expect import refused, stock_of, verbs_of
from tests.faults.conftest import Buyer, FaultShop, get_order, wait_until

pytestmark = pytest.mark.fault


@pytest.fixture
def silent_gateway(shop: FaultShop) -> FaultShop:
    """A gateway that notifies only on order."""
    shop.standin("behaviour", send_notices=False)
    return shop


def paid_in_silence(shop: FaultShop) -> tuple[Buyer, str, str]:
    buyer = shop.buyer()
    number = buyer.placed(cast.make_sku(on_hand=5).pk)
    return buyer, number, buyer.pay(number)


def notify(shop: FaultShop, number: str, mode: str, times: int = 0) -> list[int]:
    return shop.standin("notices", number=number, mode=mode, times=times)["statuses"]


def test_twenty_at_once_are_one_payment(silent_gateway: FaultShop) -> None:
    _buyer, number, attempt = paid_in_silence(silent_gateway)
    assert notify(silent_gateway, attempt, "concurrent") == [204] * 20
    assert Payment.objects.filter(order__number=number).count() == 1
    assert verbs_of(get_order(number)) == ["place", "pay"]


def test_a_payment_told_again_after_its_refund_changes_nothing(silent_gateway: FaultShop) -> None:
    _buyer, number, attempt = paid_in_silence(silent_gateway)
    notify(silent_gateway, attempt, "valid")
    cancel(number)
    wait_until(lambda: Refund.objects.get(order__number=number).state == RefundState.DONE)
    before = verbs_of(get_order(number))
    assert notify(silent_gateway, attempt, "duplicate") == [204, 204]
    assert notify(silent_gateway, f"{number}R-1", "concurrent") == [204] * 20
    assert verbs_of(get_order(number)) == before


def let_a_day_pass(attempt: str) -> None:
    """Since the gateway first left a question about it without an answer: the time is a column."""
    PayAttempt.objects.filter(number=attempt).update(unheard_since=clock.now() - GIVE_UP_AFTER)


def cancel(number: str) -> None:
    cancel_paid(get_order(number).pk, reason="缺货", actor=cast.clerk())


def test_after_cancelling_the_money_goes_back_and_stock_stays(silent_gateway: FaultShop) -> None:
    shop = silent_gateway
    buyer, number, attempt = paid_in_silence(shop)
    shop.fail("html", "/v3/pay/", times=99)
    assert [buyer.call("POST", f"/orders/{number}/cancel").status for _ in range(3)] == [503] * 3
    let_a_day_pass(attempt)
    cancel_unpaid(get_order(number).pk, actor=cast.clerk())
    shop.standin("faults")
    sku_id = get_order(number).lines.get().sku_id
    assert stock_of(sku_id) == (5, 0)

    assert notify(shop, attempt, "valid") == [204]
    wait_until(lambda: Refund.objects.get(order__number=number).state == RefundState.DONE)
    order = get_order(number)
    assert (order.stage, order.paid_fen, stock_of(sku_id)) == (Stage.CLOSED, 0, (5, 0))
    assert Alert.objects.filter(order=order, kind=AlertKind.LATE_PAYMENT).count() == 1
    assert len(shop.told(f"{number}R-1")["refunds"]) == 1


def test_for_a_superseded_price_the_money_goes_back_and_the_order_waits(silent_gateway: FaultShop) -> None:
    shop = silent_gateway
    buyer, number, attempt = paid_in_silence(shop)
    shop.fail("truncated", "/v3/pay/", times=99)
    for _ in range(3):
        with refused("gateway_unavailable", 503):
            reprice(number)
    let_a_day_pass(attempt)
    reprice(number)
    shop.standin("faults")
    assert notify(shop, attempt, "valid") == [204]
    wait_until(lambda: Refund.objects.get(order__number=number).state == RefundState.DONE)
    assert get_order(number).stage == Stage.UNPAID
    # The web process may still leave the gateway alone after its failures.
    wait_until(lambda: buyer.call("POST", f"/orders/{number}/pay").status == 200)
    second = buyer.pay(number)
    assert notify(shop, second, "valid") == [204]
    assert get_order(number).paid_fen == 1_00


def reprice(number: str) -> None:
    change_price(get_order(number).pk, goods_fen=1_00, freight_fen=0, reason="老客", actor=cast.clerk())


def test_when_it_never_comes_the_query_repairs_it(silent_gateway: FaultShop) -> None:
    _buyer, number, attempt = paid_in_silence(silent_gateway)
    # The timer's own waiting is a column: set forward instead of waited for.
    PayAttempt.objects.filter(number=attempt).update(next_query_at=clock.now())
    wait_until(lambda: get_order(number).stage == Stage.TO_CONFIRM, seconds=20)


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("wrong_amount", "amount_mismatch"),
        ("wrong_mchid", "bad_signature"),
        ("tampered", "bad_signature"),
        ("stale", "bad_signature"),
        ("unknown_serial", "bad_signature"),
    ],
)
def test_a_false_one_is_refused_and_put_on_record(silent_gateway: FaultShop, mode: str, code: str) -> None:
    _buyer, number, attempt = paid_in_silence(silent_gateway)
    last = Callback.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    (status,) = notify(silent_gateway, attempt, mode)
    assert 400 <= status < 500
    row = Callback.objects.get(pk__gt=last)
    assert (row.is_accepted, row.code) == (False, code)
    assert set(verbs_of(get_order(number))) <= {"place", "payment_mismatch"}
    assert Payment.objects.filter(order__number=number).count() == 0


def test_a_false_one_about_a_known_payment_is_refused_too(silent_gateway: FaultShop) -> None:
    _buyer, _number, attempt = paid_in_silence(silent_gateway)
    assert notify(silent_gateway, attempt, "valid") == [204]
    (status,) = notify(silent_gateway, attempt, "wrong_amount")
    assert status == 409


def test_a_false_refund_notice_is_refused(silent_gateway: FaultShop) -> None:
    shop = silent_gateway
    shop.standin("behaviour", refund_outcome="PROCESSING")
    _buyer, number, attempt = paid_in_silence(shop)
    notify(shop, attempt, "valid")
    cancel(number)
    wait_until(lambda: Refund.objects.get(order__number=number).state == RefundState.PROCESSING)
    shop.standin("settle-refund", number=f"{number}R-1", status="SUCCESS")
    assert notify(shop, f"{number}R-1", "wrong_amount") == [409]
    assert Refund.objects.get(order__number=number).state == RefundState.PROCESSING
    assert notify(shop, f"{number}R-1", "valid") == [204]
    assert Refund.objects.get(order__number=number).state == RefundState.DONE


def test_a_replayed_nonce_is_refused(silent_gateway: FaultShop) -> None:
    _buyer, number, attempt = paid_in_silence(silent_gateway)
    first, second = notify(silent_gateway, attempt, "replayed_nonce")
    assert (first, second) == (204, 403)
    assert Callback.objects.filter(code="replayed").exists()
    assert Payment.objects.filter(order__number=number).count() == 1


def test_a_probe_is_refused_without_noise(silent_gateway: FaultShop) -> None:
    _buyer, _number, attempt = paid_in_silence(silent_gateway)
    before = Callback.objects.count()
    (status,) = notify(silent_gateway, attempt, "signtest")
    assert status == 401
    assert Callback.objects.count() == before


@pytest.mark.parametrize("hook", ["payments", "refunds"])
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\x00", b"[" * 60_000, b"x" * (MAX_BODY + 1)])
def test_garbage_is_a_4xx(shop: FaultShop, hook: str, body: bytes) -> None:
    url = f"{shop.processes.web_url()}/hooks/wechat-pay/{hook}"
    assert 400 <= requests.post(url, data=body, timeout=10).status_code < 500
