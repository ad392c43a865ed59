"""Two colleagues who click "cancel and refund" again and again, answers that are lost, and a worker that dies."""

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.gateway import query_attempt
from orders.payments.models import Payment, Refund, RefundState
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.refund_sending import lease_refund
from orders.payments.tasks import query_payment, send_refund
from shop import clock
from tests import cast
from tests.expect import fresh
from tests.races.conftest import codes_of, run_together

CLICKS, AT_ONCE = 50, 20


def paid(either) -> Order:
    order = either.place()
    query_payment(either.take_money(order).pk)
    return fresh(order)


def click_all(order: Order) -> list[str]:
    """Fifty clicks of each of two people, as many at a moment as a process has threads for."""
    staff = [cast.actor_of(cast.make_staff("owner")) for _ in range(2)]
    clicks = [
        lambda who=who: cancel_paid(order.pk, reason="缺货", actor=who)
        for _ in range(CLICKS)
        for who in staff
    ]
    codes: list[str] = []
    for start in range(0, len(clicks), AT_ONCE):
        codes += codes_of(run_together(clicks[start : start + AT_ONCE]))
    return codes


def send_until_done(refund_id: int) -> None:
    """Several workers at a time, each round as if the lease of a dead one had run out."""
    for _ in range(6):
        run_together([lambda: send_refund(refund_id)] * 4)
        Refund.objects.filter(pk=refund_id).update(lease_until=None)
        if Refund.objects.get(pk=refund_id).state == RefundState.DONE:
            return


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_hundred_clicks_and_lost_answers_are_one_refund(either, kind):
    order = paid(either)
    codes = click_all(order)
    assert (codes.count("ok"), len(codes)) == (1, 2 * CLICKS)
    refund = Refund.objects.get()
    assert lease_refund(refund.pk) is not None  # by a worker that is killed before it has sent anything
    Refund.objects.filter(pk=refund.pk).update(lease_until=clock.now())
    either.fail_at("refund", kind, times=2)
    send_until_done(refund.pk)
    assert [row["amount_fen"] for row in either.refunds(order)] == [refund.amount_fen]
    payment = Payment.objects.get()
    assert (payment.refunding_fen, payment.refunded_fen) == (0, refund.amount_fen)


def test_without_one_number_lost_answers_are_refunds_more_than_once(either, monkeypatch):
    """Negative control: a number for each try, as a shop without a stored one would send it."""
    order = paid(either)
    payment = Payment.objects.get()
    refund = cast.refund_payment(payment.pk, amount_fen=1_00, reason="x", actor=cast.clerk())
    tries = iter(range(1, 9))

    def take_under_another_number(refund_id):
        taken = Refund.objects.select_related("payment__attempt").get(pk=refund_id)
        taken.number = f"{taken.number}x{next(tries)}"
        taken.sent_at = None
        return taken

    monkeypatch.setattr("orders.payments.tasks.lease_refund", take_under_another_number)
    either.fail_at("refund", "timeout_after", times=3)
    for _ in range(3):
        send_refund(refund.pk)
    assert len(either.refunds(order)) == 3


def test_evidence_by_twenty_at_a_moment_is_one_payment(either):
    order = either.place()
    fact = query_attempt(either.take_money(order))
    assert codes_of(run_together([lambda: apply_payment_evidence(fact)] * AT_ONCE)) == ["ok"] * AT_ONCE
    assert Payment.objects.count() == 1


def test_without_the_lock_the_trade_number_is_the_last_guard_at_both(either, switch_off_order_lock):
    order = either.place()
    fact = query_attempt(either.take_money(order))
    switch_off_order_lock(3)
    results = run_together([lambda: apply_payment_evidence(fact)] * 3)
    assert {*codes_of(results)} == {"IntegrityError", "ok"}
