"""An alert about a refund ends with the refund: by whom it was tried again or paid out, or by itself."""

from datetime import timedelta

import pytest

from notifications.models import Alert, AlertKind
from orders.models import Order
from orders.payments.models import Refund
from orders.payments.services.outside import OutsideRefund, record_outside_refund
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import call_for_refund, retry_refund
from orders.services.steps import add_note, confirm_order
from shop import clock
from shop.actor import GATEWAY
from shop.events.delivery import drain
from shop.events.models import Event
from tests.cast import clerk, paid_order, refund_payment

pytestmark = pytest.mark.django_db(transaction=True)


def refund_of(order: Order, fen: int = 1_00) -> Refund:
    return refund_payment(order.payments.get().pk, amount_fen=fen, reason="少发", actor=clerk())


def hear(refund: Refund, status: str) -> None:
    apply_refund_evidence(
        refund.number, status=status, amount_fen=refund.amount_fen, gateway_id="50", actor=GATEWAY
    )


def alert_of(kind: AlertKind) -> Alert:
    drain()
    return Alert.objects.filter(kind=kind).latest("pk")


@pytest.fixture
def refund() -> Refund:
    return refund_of(paid_order())


def test_who_tries_again_has_taken_the_failure_on(refund: Refund) -> None:
    hear(refund, "ABNORMAL")
    assert alert_of(AlertKind.REFUND_FAILED).handled_at is None
    retry_refund(refund.pk, actor=clerk(name="周会计", id_=7))
    alert = alert_of(AlertKind.REFUND_FAILED)
    assert (alert.handled_how, alert.handled_by_id, alert.handled_by_name) == ("moved", 7, "周会计")


def test_a_retry_that_fails_rings_anew(refund: Refund) -> None:
    hear(refund, "ABNORMAL")
    drain()
    retry_refund(refund.pk, actor=clerk())
    hear(refund, "ABNORMAL")
    assert alert_of(AlertKind.REFUND_FAILED).handled_at is None
    assert Alert.objects.filter(kind=AlertKind.REFUND_FAILED, handled_at=None).count() == 1


def test_who_pays_out_has_ended_it(refund: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.payments.services.payouts.query_refund", lambda _refund: None)
    hear(refund, "ABNORMAL")
    drain()
    pay_out_refund(refund.pk, reference="银行 0815", actor=clerk(name="周会计"))
    alert = alert_of(AlertKind.REFUND_FAILED)
    assert (alert.handled_how, alert.handled_by_name) == ("moved", "周会计")


def test_what_the_gateway_does_after_all_is_over_by_itself(refund: Refund) -> None:
    Refund.objects.update(sending_since=clock.now() - timedelta(days=3))
    call_for_refund(refund.pk)
    assert alert_of(AlertKind.REFUND_STUCK).handled_at is None
    hear(refund, "SUCCESS")
    alert = alert_of(AlertKind.REFUND_STUCK)
    assert (alert.handled_how, alert.handled_by_name) == ("over", "")


def test_a_stuck_refund_that_fails_rings_as_failed_alone(refund: Refund) -> None:
    Refund.objects.update(sending_since=clock.now() - timedelta(days=3))
    call_for_refund(refund.pk)
    drain()
    hear(refund, "ABNORMAL")
    assert alert_of(AlertKind.REFUND_STUCK).handled_how == "over"
    assert alert_of(AlertKind.REFUND_FAILED).handled_at is None


def test_it_rings_on_while_another_refund_of_the_order_has_failed() -> None:
    order = paid_order()
    first, second = refund_of(order), refund_of(order)
    hear(first, "ABNORMAL")
    hear(second, "ABNORMAL")
    retry_refund(first.pk, actor=clerk())
    assert alert_of(AlertKind.REFUND_FAILED).handled_at is None
    assert Alert.objects.filter(kind=AlertKind.REFUND_FAILED, handled_at=None).count() == 1
    retry_refund(second.pk, actor=clerk())
    assert alert_of(AlertKind.REFUND_FAILED).handled_how == "moved"


def open_numbers(kind: AlertKind) -> set[str]:
    """The refunds of which alerts of this kind still speak."""
    drain()
    ids = Alert.objects.filter(kind=kind, handled_at=None).values("event_id")
    return {event.data["number"] for event in Event.objects.filter(pk__in=ids)}


def test_of_two_that_failed_the_one_that_goes_through_is_over_alone() -> None:
    order = paid_order()
    first, second = refund_of(order), refund_of(order)
    hear(first, "ABNORMAL")
    hear(second, "ABNORMAL")
    assert open_numbers(AlertKind.REFUND_FAILED) == {first.number, second.number}
    hear(first, "SUCCESS")
    assert open_numbers(AlertKind.REFUND_FAILED) == {second.number}


def test_of_two_that_are_stuck_the_one_that_goes_through_is_over_alone() -> None:
    order = paid_order()
    first, second = refund_of(order), refund_of(order)
    Refund.objects.update(sending_since=clock.now() - timedelta(days=3))
    call_for_refund(first.pk)
    call_for_refund(second.pk)
    hear(second, "SUCCESS")
    assert open_numbers(AlertKind.REFUND_STUCK) == {first.number}


def refund_outside(order: Order) -> Alert:
    payment = order.payments.get()
    found = OutsideRefund("by-hand-1", payment.trade_no, "60", payment.amount_fen)
    record_outside_refund(found, mchid="", actor=GATEWAY)
    return alert_of(AlertKind.REFUND_OUTSIDE)


def test_money_outside_that_takes_the_place_of_a_failed_refund_is_over_with_it() -> None:
    order = paid_order()
    refund = refund_of(order, order.payments.get().amount_fen)
    assert refund_outside(order).handled_at is None
    hear(refund, "ABNORMAL")
    assert alert_of(AlertKind.REFUND_OUTSIDE).handled_how == "over"
    assert alert_of(AlertKind.REFUND_FAILED).handled_how == "over"


def test_money_outside_that_was_booked_at_once_waits_for_a_person() -> None:
    order = paid_order()
    assert refund_outside(order).handled_at is None
    add_note(order.pk, text="退款已核对", actor=clerk())
    confirm_order(order.pk, actor=clerk())
    assert alert_of(AlertKind.REFUND_OUTSIDE).handled_at is None
