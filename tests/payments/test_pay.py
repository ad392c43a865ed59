"""Paying by WeChat: the attempt at the gateway, and what its evidence does, exactly once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.desk.search.matches import find_matches
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.gateway import PaymentEvidence, open_gateway_for_refund
from orders.payments.models import AttemptState, PayAttempt, Payment, RefundState
from orders.payments.services import attempts
from orders.payments.services.attempts import open_attempt, start_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.tasks import query_payment
from orders.stages import Stage
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def evidence(attempt, **changes):
    facts = {
        "attempt_number": attempt.number,
        "trade_no": f"4200{attempt.pk:024d}",
        "amount_fen": attempt.amount_fen,
        "paid_at": clock.now(),
    }
    return PaymentEvidence(**facts | changes)


def test_the_buyer_gets_signed_parameters_for_an_order_the_gateway_knows(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    assert attempt.number == f"{order.number}-1"
    assert gateway.trade(attempt.number)["amount_fen"] == order.payable_fen


def test_pressing_pay_again_uses_the_same_attempt(gateway):
    order = cast.place()
    first = gateway.open(order)
    assert gateway.open(order).pk == first.pk
    assert gateway.calls(first.number)["create"] == 1


def test_a_prepay_id_is_renewed_before_its_two_hours_are_over(gateway):
    cast.open_shop(cancel_unpaid_minutes=24 * 60)
    gateway.lend_credentials()
    order = cast.place()
    attempt = gateway.open(order)
    with clock.at(attempt.created_at + timedelta(hours=2)):
        start_payment(order.pk, actor=cast.buyer(order))
    assert gateway.calls(attempt.number)["create"] == 2


def rename_shop(gateway):
    """The shop has another name now: the gateway takes the same number for another order."""
    cast.open_shop(shop_name="新店名", cancel_unpaid_minutes=24 * 60)
    gateway.lend_credentials()


def test_a_renewal_that_is_refused_opens_the_next_attempt(gateway):
    cast.open_shop(cancel_unpaid_minutes=24 * 60)
    gateway.lend_credentials()
    order = cast.place()
    first = gateway.open(order)
    rename_shop(gateway)
    with clock.at(first.created_at + timedelta(hours=2)):
        second = gateway.open(order)
        gateway.open(order)
    assert (second.number, second.state) == (f"{order.number}-2", AttemptState.OPEN)
    assert gateway.trade(first.number)["state"] == "CLOSED"
    assert order.attempts.count() == 2


def test_so_does_one_that_was_made_though_nobody_heard(gateway):
    order = cast.place()
    gateway.do("login-codes", openid=order.customer.openid)
    gateway.fail("timeout_after")
    with refused("gateway_unavailable"):
        start_payment(order.pk, actor=cast.buyer(order))
    rename_shop(gateway)
    assert gateway.open(order).number == f"{order.number}-2"


def test_so_does_one_whose_time_is_over(gateway):
    order = cast.place()
    first = gateway.open(order)
    PayAttempt.objects.filter(pk=first.pk).update(expires_at=clock.now())
    assert gateway.open(order).number == f"{order.number}-2"
    assert gateway.trade(first.number)["state"] == "CLOSED"


def test_one_that_was_paid_meanwhile_is_not_replaced(gateway):
    order = cast.place()
    first = gateway.take_money(order)
    PayAttempt.objects.filter(pk=first.pk).update(expires_at=clock.now())
    with refused("nothing_owed"):
        start_payment(order.pk, actor=cast.buyer(order))
    assert (fresh(order).stage, order.attempts.count()) == (Stage.TO_CONFIRM, 1)


def test_paying_moves_the_order_on_and_starts_the_ship_by_clock():
    order = cast.pay(cast.place())
    assert (order.stage, order.paid_fen, order.owed_fen) == (Stage.TO_CONFIRM, order.payable_fen, 0)
    assert order.ship_by == order.paid_at + timedelta(hours=48)
    assert order.pay_by is None


def test_the_order_is_found_by_both_payment_numbers():
    order = cast.pay(cast.place(), trade_no="4200001234")
    assert find_matches("4200001234", actor=SYSTEM).ids == {order.pk}
    assert find_matches(f"{order.number}-1", actor=SYSTEM).ids == {order.pk}


def test_hearing_of_a_payment_again_changes_nothing():
    order = cast.place()
    fact = evidence(open_attempt(order.pk, actor=cast.buyer(order)))
    payments = {apply_payment_evidence(fact).pk for _ in range(3)}
    assert len(payments) == 1
    assert verbs_of(order) == ["place", "pay"]


def test_another_amount_is_refused_even_for_a_payment_that_is_known():
    order = cast.place()
    fact = evidence(open_attempt(order.pk, actor=cast.buyer(order)))
    for _ in range(2):
        with refused("amount_mismatch"):
            apply_payment_evidence(PaymentEvidence(fact.attempt_number, fact.trade_no, 1, fact.paid_at))
        apply_payment_evidence(fact)
    assert Payment.objects.count() == 1


def test_one_number_of_the_gateway_pays_one_attempt():
    first, second = cast.place(), cast.place()
    fact = evidence(open_attempt(first.pk, actor=cast.buyer(first)))
    apply_payment_evidence(fact)
    other = open_attempt(second.pk, actor=cast.buyer(second))
    with refused("other_attempt", 409):
        apply_payment_evidence(replace(evidence(other), trade_no=fact.trade_no))
    assert fresh(second).paid_fen == 0


def test_an_attempt_that_does_not_exist_is_refused():
    with refused("unknown_attempt", 404):
        apply_payment_evidence(PaymentEvidence("nobody-1", "1", 1))


def test_a_paid_order_that_cannot_be_reserved_is_short():
    cast.open_shop(reserve_on="paying")
    sku = cast.make_sku(on_hand=3)
    one, two = cast.place(basket={sku.pk: 2}), cast.place(basket={sku.pk: 2})
    cast.pay(one)
    late = cast.pay(two)
    line = late.lines.get()
    assert (late.is_short, line.reserved, line.short) == (True, 1, 1)
    assert verbs_of(late) == ["place", "pay", "run_short"]
    assert stock_of(sku.pk) == (3, 3)


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (lambda order: cast.buyer(cast.place()), "not_found"),
        # A member of staff whose id happens to be the buyer's is not the buyer.
        (lambda order: Actor(ActorKind.STAFF, id=order.customer_id), "not_found"),
    ],
)
def test_only_the_buyer_opens_an_attempt(actor, code):
    order = cast.place()
    with refused(code, 404):
        open_attempt(order.pk, actor=actor(order))


def test_nothing_is_paid_after_the_deadline():
    order = cast.place()
    with clock.at(order.pay_by), refused("too_late"):
        open_attempt(order.pk, actor=cast.buyer(order))


def test_cash_on_delivery_is_not_paid_by_wechat():
    order = cast.place(pay_method=PayMethod.COD)
    with refused("not_wechat"):
        open_attempt(order.pk, actor=cast.buyer(order))


def test_a_paid_order_is_not_paid_again():
    order = cast.paid_order()
    with refused("nothing_owed"):
        open_attempt(order.pk, actor=cast.buyer(order))


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "truncated", "html"])
def test_a_sick_gateway_is_a_503_and_the_next_press_works(gateway, kind):
    order = cast.place()
    gateway.do("login-codes", openid=order.customer.openid)
    gateway.fail(kind)
    with refused("gateway_unavailable", 503):
        start_payment(order.pk, actor=cast.buyer(order))
    start_payment(order.pk, actor=cast.buyer(order))
    assert order.attempts.count() == 1


def test_a_refusing_gateway_says_why(gateway):
    order = cast.place()
    with refused("gateway_refused", 409) as caught:  # a buyer this gateway never saw
        start_payment(order.pk, actor=cast.buyer(order))
    assert caught.value.extra == {"gateway_code": "PARAM_ERROR"}


def test_an_attempt_closed_while_the_gateway_was_asked_never_reaches_the_buyer(gateway, monkeypatch):
    order = cast.place()
    gateway.do("login-codes", openid=order.customer.openid)
    real = attempts.create_at_gateway

    def create_slowly(attempt, **about):
        PayAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CLOSED)
        return real(attempt, **about)

    monkeypatch.setattr("orders.payments.services.attempts.create_at_gateway", create_slowly)
    with refused("closing", 409):
        start_payment(order.pk, actor=cast.buyer(order))


def test_a_callback_that_never_came_is_repaired_by_the_query(gateway, tasks_at_once):
    order = cast.place()
    attempt = gateway.take_money(order)
    with clock.at(attempt.created_at + timedelta(seconds=20)):
        sweep()
    assert fresh(order).stage == Stage.UNPAID
    with clock.at(attempt.created_at + timedelta(minutes=5)):
        sweep()
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_the_query_asks_less_and_less_often_and_stops_when_paid(gateway, sent_tasks):
    order = cast.place()
    attempt = gateway.open(order)
    for seconds in (31, 62, 125):
        with clock.at(attempt.created_at + timedelta(seconds=seconds)):
            sweep()
    assert sent_tasks == [("query_payment", attempt.pk)] * 3
    cast.pay(order, attempt=attempt)
    sent_tasks.clear()
    with clock.at(attempt.created_at + timedelta(hours=1)):
        sweep()
    assert sent_tasks == []


def asked_often(gateway, order) -> PayAttempt:
    """An attempt whose next question is due now, and the one after that in minutes."""
    attempt = gateway.open(order)
    PayAttempt.objects.filter(pk=attempt.pk).update(queries=9, next_query_at=clock.now())
    return attempt


def test_a_query_the_gateway_does_not_answer_is_repeated_soon(gateway, tasks_at_once):
    attempt = asked_often(gateway, cast.place())
    gateway.fail("html")
    sweep()
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.OPEN
    assert attempt.next_query_at <= clock.now() + timedelta(seconds=30)


def test_even_when_the_worker_finds_out_after_the_timer(gateway):
    attempt = asked_often(gateway, cast.place())
    sweep()
    gateway.fail("html")
    query_payment(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.next_query_at <= clock.now() + timedelta(seconds=30)


def test_pressing_pay_again_makes_the_next_query_soon(gateway):
    order = cast.place()
    attempt = asked_often(gateway, order)
    sweep()
    gateway.open(order)
    attempt.refresh_from_db()
    assert attempt.next_query_at <= clock.now() + timedelta(seconds=30)


def test_money_that_went_back_before_the_shop_heard_of_it_does_not_count(gateway):
    order = cast.place()
    attempt = gateway.take_money(order)
    trade = gateway.trade(attempt.number)
    open_gateway_for_refund(None).refund(
        trade_no=trade["trade_no"],
        refund_number=f"by-hand-{order.number}",
        refund_fen=1,
        total_fen=attempt.amount_fen,
        reason="商户平台",
        notify_url="https://shop.example/hooks",
    )
    for _ in range(2):
        query_payment(attempt.pk)
    payment = Payment.objects.get(order=order)
    refund = payment.refunds.get()
    assert (payment.counts, fresh(order).stage, fresh(order).paid_fen) == (False, Stage.UNPAID, 0)
    assert (refund.state, refund.amount_fen) == (RefundState.FAILED, attempt.amount_fen)
    assert verbs_of(order) == ["place", "late_payment", "refund", "refund_fail"]
    assert gateway.calls(refund.number) == {}


def test_the_refund_of_a_payment_that_is_known_changes_nothing():
    order = cast.place()
    fact = evidence(open_attempt(order.pk, actor=cast.buyer(order)))
    apply_payment_evidence(fact)
    apply_payment_evidence(replace(fact, was_refunded=True))
    assert verbs_of(order) == ["place", "pay"]


class TestLateTruth:
    """Money that came too late is kept, refunded by itself under one number, and revives nothing."""

    def assert_sent_back(self, order, stage):
        payment = Payment.objects.get(order=order, counts=False)
        refund = payment.refunds.get()
        assert (refund.amount_fen, refund.state) == (payment.amount_fen, RefundState.COMMITTED)
        assert fresh(order).stage == stage
        assert verbs_of(order)[-2:] == ["late_payment", "refund"]

    def test_for_a_closed_order(self):
        sku = cast.make_sku(on_hand=4)
        order = cast.place(basket={sku.pk: 2})
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        PayAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CLOSED)
        cancel_unpaid(order.pk, actor=cast.buyer(order))
        apply_payment_evidence(evidence(attempt, paid_at=clock.now() - timedelta(hours=26)))
        self.assert_sent_back(order, Stage.CLOSED)
        assert stock_of(sku.pk) == (4, 0)

    def test_for_a_superseded_price(self):
        order = cast.place()
        old = open_attempt(order.pk, actor=cast.buyer(order))
        PayAttempt.objects.filter(pk=old.pk).update(state=AttemptState.CLOSED)
        change_price(order.pk, goods_fen=10_00, freight_fen=0, reason="老客", actor=cast.clerk("order_clerk"))
        apply_payment_evidence(evidence(old))
        self.assert_sent_back(order, Stage.UNPAID)
        assert cast.pay(fresh(order)).paid_fen == 10_00

    def test_for_an_order_already_paid(self):
        order = cast.place()
        attempt = open_attempt(order.pk, actor=cast.buyer(order))
        cast.pay(order, attempt=attempt)
        apply_payment_evidence(evidence(attempt, trade_no="4299"))
        self.assert_sent_back(order, Stage.TO_CONFIRM)
        assert fresh(order).paid_fen == order.payable_fen


def test_in_the_end_it_is_asked_once_an_hour(gateway, sent_tasks):
    attempt = gateway.open(cast.place())
    PayAttempt.objects.filter(pk=attempt.pk).update(queries=99, next_query_at=clock.now())
    sweep()
    attempt.refresh_from_db()
    assert timedelta(minutes=59) < attempt.next_query_at - clock.now() <= timedelta(minutes=60)
