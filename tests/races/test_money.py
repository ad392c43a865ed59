"""The same money told by many, and money against everything else."""

import pytest

from orders.models import Order
from orders.payments import gateway as payment_gateway
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.services import refund_sending
from orders.payments.services.attempts import open_attempt
from orders.payments.services.collecting import collect_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.tasks import send_refund
from orders.stages import Stage
from shop import clock
from shop.demo.standins.wire import Problem
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, verbs_of
from tests.races.conftest import codes_of, run_together


def evidence_of(order) -> PaymentEvidence:
    attempt = open_attempt(order.pk, actor=cast.buyer(order))
    return PaymentEvidence(attempt.number, f"42{attempt.pk:026d}", attempt.amount_fen, clock.now())


def test_one_key_twenty_times_places_one_order():
    customer, sku = cast.make_customer(), cast.make_sku(on_hand=50)
    results = run_together([lambda: cast.place(customer, basket={sku.pk: 1}, key="k")] * 20)
    assert codes_of(results) == ["ok"] * 20
    assert len({order.pk for order in results}) == 1
    assert Order.objects.count() == 1


def test_evidence_twenty_times_is_one_payment_and_one_move():
    order = cast.place()
    fact = evidence_of(order)
    results = run_together([lambda: apply_payment_evidence(fact)] * 20)
    assert codes_of(results) == ["ok"] * 20
    assert Payment.objects.count() == 1
    assert verbs_of(order) == ["place", "pay"]


def test_without_the_lock_the_trade_number_is_the_last_guard(switch_off_order_lock):
    order = cast.place()
    fact = evidence_of(order)
    switch_off_order_lock(3)
    results = run_together([lambda: apply_payment_evidence(fact)] * 3)
    assert {*codes_of(results)} == {"IntegrityError", "ok"}


def test_two_attempts_are_never_opened_at_once():
    order = cast.place()
    results = run_together([lambda: open_attempt(order.pk, actor=cast.buyer(order))] * 12)
    assert codes_of(results) == ["ok"] * 12
    assert PayAttempt.objects.count() == 1


def test_without_the_lock_one_live_attempt_is_the_last_guard(switch_off_order_lock):
    order = cast.place()
    switch_off_order_lock(3)
    results = run_together([lambda: open_attempt(order.pk, actor=cast.buyer(order))] * 3)
    assert {*codes_of(results)} == {"IntegrityError", "ok"}


def test_cash_is_recorded_once():
    order = cast.place(pay_method=PayMethod.COD)
    results = run_together([lambda: collect_payment(order.pk, actor=cast.clerk())] * 10)
    assert codes_of(results) == ["nothing_owed"] * 9 + ["ok"]


def test_refunds_never_exceed_the_payment():
    payment = Payment.objects.get(order=cast.paid_order())
    half = payment.amount_fen // 2
    give = [lambda: cast.refund_payment(payment.pk, amount_fen=half, reason="x", actor=cast.clerk())]
    assert codes_of(run_together(give * 10)) == ["ok"] * 2 + ["over_share"] * 8


def test_without_the_lock_refunds_meet_the_number_or_the_version(switch_off_order_lock):
    payment = Payment.objects.get(order=cast.paid_order())
    switch_off_order_lock(2)
    give = [lambda: cast.refund_payment(payment.pk, amount_fen=100, reason="x", actor=cast.clerk())]
    first, second = codes_of(run_together(give * 2))
    assert first in ("IntegrityError", "ok")
    assert {first, second} <= {"IntegrityError", "stale", "ok"}
    assert Refund.objects.count() == 1


def cancelled_at(gateway) -> Refund:
    order = gateway.place()
    attempt = gateway.take_money(order)
    cast.pay(order, attempt=attempt, trade_no=gateway.trade(attempt.number)["trade_no"])
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    return Refund.objects.get(order=order)


def test_the_refund_task_twenty_times_asks_the_gateway_once(either):
    refund = cancelled_at(either)
    run_together([lambda: send_refund(refund.pk)] * 20)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert either.calls(refund.number) == {"refund": 1}


def test_without_the_lease_the_gateway_is_asked_many_times(either, monkeypatch):
    """Its own idempotency by number, and the state under the lock, are the last guards."""
    refund = cancelled_at(either)

    def take_without_lease(refund_id):
        return Refund.objects.select_related("payment").get(pk=refund_id)

    monkeypatch.setattr("orders.payments.tasks.lease_refund", take_without_lease)
    run_together([lambda: send_refund(refund.pk)] * 4)
    assert either.calls(refund.number)["refund"] > 1
    assert len(either.refunds(refund.order)) == 1
    assert verbs_of(refund.order).count("refund_done") == 1


class OnThePhone:
    """A buyer who pays at one moment of a change of price; `has_paid` tells whether the gateway took it."""

    def __init__(self, gateway, monkeypatch, *, is_told):
        self.gateway, self.monkeypatch, self.is_told = gateway, monkeypatch, is_told
        self.order = gateway.place()
        self.attempt = gateway.open(self.order)
        self.has_paid = False

    def pay(self):
        try:
            self.gateway.confirm_for(self.order, self.attempt)
        except Problem:
            return  # the gateway has closed it
        self.has_paid = True
        if self.is_told:
            self.tell()

    def tell(self):
        trade = self.gateway.trade(self.attempt.number)
        fact = PaymentEvidence(self.attempt.number, trade["trade_no"], trade["amount_fen"], clock.now())
        apply_payment_evidence(fact)

    def pay_before(self, step):
        usual = getattr(payment_gateway, step)

        def pay_then(*args):
            run_together([self.pay])
            return usual(*args)

        self.monkeypatch.setattr(payment_gateway, step, pay_then)

    def pay_after_the_close(self):
        usual = payment_gateway._close

        def close_then(*args):
            outcome = usual(*args)
            run_together([self.pay])
            return outcome

        self.monkeypatch.setattr(payment_gateway, "_close", close_then)

    def reprice(self):
        change = {"goods_fen": 1_00, "freight_fen": 0, "reason": "x", "actor": cast.clerk()}
        return codes_of(run_together([lambda: change_price(self.order.pk, **change)]))


@pytest.mark.parametrize("is_told", [True, False], ids=["callback at once", "callback later"])
@pytest.mark.parametrize("step", ["query_attempt", "_close"])
def test_who_pays_before_the_price_is_changed_has_paid_the_old_one(either, monkeypatch, step, is_told):
    """Before the gateway is asked, and between its answer that nothing was paid and the closing."""
    buyer = OnThePhone(either, monkeypatch, is_told=is_told)
    buyer.pay_before(step)
    assert (buyer.reprice(), buyer.has_paid) == (["already_paid"], True)
    after = fresh(buyer.order)
    assert (after.stage, after.paid_fen) == (Stage.TO_CONFIRM, buyer.order.payable_fen)


def test_who_pays_after_the_closing_cannot(either, monkeypatch):
    buyer = OnThePhone(either, monkeypatch, is_told=True)
    buyer.pay_after_the_close()
    assert (buyer.reprice(), buyer.has_paid) == (["ok"], False)
    after = fresh(buyer.order)
    assert (after.stage, after.payable_fen, after.paid_fen) == (Stage.UNPAID, 1_00, 0)


def test_without_the_closing_money_comes_for_a_price_that_is_gone(either, monkeypatch):
    """Negative control: an answer "not paid" alone is not enough; what comes then does not count and goes back."""
    buyer = OnThePhone(either, monkeypatch, is_told=False)
    monkeypatch.setattr(payment_gateway, "_close", lambda _attempt: payment_gateway.Closed())
    buyer.pay_after_the_close()
    assert (buyer.reprice(), buyer.has_paid) == (["ok"], True)
    buyer.tell()
    after = fresh(buyer.order)
    assert (after.payable_fen, after.paid_fen, Payment.objects.get().counts) == (1_00, 0, False)


def race_price_against_evidence(order, fact, monkeypatch) -> tuple[list[str], Order]:
    """Both at the order at one moment, the three steps at the gateway left out."""
    for step in ("close_live_attempt", "require_no_live_attempt"):
        monkeypatch.setattr(f"orders.payments.changes.pricing.{step}", lambda *_args, **_kwargs: None)
    acts = [
        lambda: apply_payment_evidence(fact),
        lambda: change_price(order.pk, goods_fen=1_00, freight_fen=0, reason="x", actor=cast.clerk()),
    ]
    return codes_of(run_together(acts)), fresh(order)


def test_with_the_lock_alone_the_price_is_that_of_the_payment_or_the_payment_does_not_count(monkeypatch):
    order = cast.place()
    codes, after = race_price_against_evidence(order, evidence_of(order), monkeypatch)
    if codes == ["already_paid", "ok"]:
        assert after.paid_fen == after.payable_fen
    else:
        assert (codes, after.paid_fen, after.payable_fen) == (["ok", "ok"], 0, 1_00)
        assert Payment.objects.get().counts is False


def test_without_the_lock_a_price_and_a_payment_meet_at_the_version(monkeypatch, switch_off_order_lock):
    order = cast.place()
    fact = evidence_of(order)
    switch_off_order_lock(2)
    codes, after = race_price_against_evidence(order, fact, monkeypatch)
    assert codes == ["ok", "stale"]
    assert after.paid_fen in (0, after.payable_fen)


@pytest.mark.parametrize("round_", range(4))
def test_cancelling_against_paying(either, round_):
    order = either.place()
    attempt = either.take_money(order)
    trade = either.trade(attempt.number)
    fact = PaymentEvidence(attempt.number, trade["trade_no"], trade["amount_fen"], clock.now())
    acts = [
        lambda: apply_payment_evidence(fact),
        lambda: cancel_unpaid(order.pk, actor=cast.buyer(order)),
    ]
    codes = codes_of(run_together(acts[:: (-1) ** round_]))
    assert codes[1] == "ok"
    assert codes[0] in ("already_paid", "closing")
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_one_form_sent_twice_sets_the_price_once():
    order = cast.place()

    def reprice(goods_fen):
        return lambda: change_price(
            order.pk,
            goods_fen=goods_fen,
            freight_fen=0,
            reason="x",
            actor=cast.clerk(id_=goods_fen),
            expected_version=order.version,
        )

    assert codes_of(run_together([reprice(n) for n in range(1, 9)])) == ["already_done"] * 7 + ["ok"]


def test_without_the_lock_two_prices_meet_at_the_version(switch_off_order_lock):
    order = cast.place()
    switch_off_order_lock(2)
    acts = [
        lambda n=n: change_price(order.pk, goods_fen=n, freight_fen=0, reason="x", actor=cast.clerk())
        for n in (1, 2)
    ]
    assert codes_of(run_together(acts)) == ["ok", "stale"]


def test_a_lease_is_given_to_one():
    order = cast.paid_order()
    cancel_paid(order.pk, reason="x", actor=cast.clerk())
    refund = Refund.objects.get()
    leases = run_together([lambda: refund_sending.lease_refund(refund.pk)] * 12)
    assert len([lease for lease in leases if lease is not None]) == 1
