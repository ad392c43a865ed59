"""A refund that does not come through calls a person, once, and is tried on."""

from datetime import timedelta

import pytest

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Refund, RefundState
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_evidence import apply_refund_evidence
from orders.payments.services.refund_sending import call_for_refund, put_off_refund, retry_refund
from shop import clock
from shop.actor import GATEWAY
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from tests import cast
from tests.expect import refused, verbs_of

STUCK = "refund_stuck"


def refund_under_way() -> Refund:
    order = cast.paid_order()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    return Refund.objects.get(order=order)


def sweep_after(**passed: float) -> None:
    with clock.at(clock.now() + timedelta(**passed)):
        sweep()
        sweep()


def test_after_a_day_in_which_it_could_not_be_sent_it_calls_once():
    refund = refund_under_way()
    put_off_refund(refund, error="FREQUENCY_LIMITED")
    sweep_after(hours=23)
    assert STUCK not in verbs_of(refund.order)
    sweep_after(hours=25)
    sweep_after(hours=50)
    assert verbs_of(refund.order).count(STUCK) == 1
    with clock.at(clock.now() + timedelta(days=3)):
        drain()
    assert Alert.objects.filter(order=refund.order, kind=AlertKind.REFUND_STUCK).count() == 1


def test_it_stays_what_it_was_and_is_not_paid_out_by_hand():
    refund = refund_under_way()
    sweep_after(hours=25)
    refund.refresh_from_db()
    assert (refund.state, refund.stuck_at is None) == (RefundState.COMMITTED, False)
    assert refund.next_try_at is not None
    with refused("not_to_pay_out"):
        pay_out_refund(refund.pk, reference="1", actor=cast.clerk("finance"))


def test_what_the_gateway_is_processing_has_days():
    refund = refund_under_way()
    apply_refund_evidence(refund.number, status="PROCESSING", actor=GATEWAY)
    sweep_after(hours=70)
    assert STUCK not in verbs_of(refund.order)
    sweep_after(hours=73)
    assert verbs_of(refund.order).count(STUCK) == 1


@pytest.mark.parametrize("status", ["SUCCESS", "ABNORMAL"])
def test_when_it_ends_it_is_stuck_no_more(status):
    refund = refund_under_way()
    sweep_after(hours=25)
    apply_refund_evidence(refund.number, status=status, actor=GATEWAY)
    refund.refresh_from_db()
    assert refund.stuck_at is None


def test_one_that_is_tried_again_has_a_new_day():
    refund = refund_under_way()
    with clock.at(clock.now() + timedelta(days=2)):
        apply_refund_evidence(refund.number, status="ABNORMAL", actor=GATEWAY)
        retry_refund(refund.pk, actor=cast.clerk("finance"))
    sweep_after(days=2, hours=23)
    assert STUCK not in verbs_of(refund.order)
    sweep_after(days=3, hours=1)
    assert STUCK in verbs_of(refund.order)


def test_a_notice_that_comes_at_that_moment_wins():
    refund = refund_under_way()
    apply_refund_evidence(refund.number, status="SUCCESS", actor=GATEWAY)
    with clock.at(clock.now() + timedelta(days=9)):
        call_for_refund(refund.pk)
    assert verbs_of(refund.order)[-1] == "refund_done"
