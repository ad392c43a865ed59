"""A code at the counter against the buyer's own payment, against cash and against cancelling: the money is in once."""

from functools import partial

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import LIVE, AttemptState, Channel, Means, PayAttempt, Payment, Refund
from orders.payments.services.attempts import start_payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.native import start_native
from orders.payments.tasks import query_payment
from orders.stages import Stage
from pickup.services.converting import NewDelivery, change_delivery
from pickup.services.verifying import Collected
from shop import clock
from shop.demo.standins.wire import Problem
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.expect import fresh, verbs_of
from tests.pickup.counter import hand_out, unpaid
from tests.races.conftest import codes_of, run_together

OF_PAIRS = 4
CLERK = cast.clerk("order_clerk", name="李四", id_=7)
MANAGER = cast.clerk("manager", name="王店长", id_=2)


def scan(gateway, order, code) -> str:
    """Somebody pays by the code, and the shop hears of it; "refused" where the code is closed by then."""
    try:
        number = gateway.do("scan", code_url=code.code_url, openid="passer-by")["number"]
    except Problem:
        return "refused"
    query_payment(PayAttempt.objects.get(number=number).pk)
    return "paid"


def pay_on_the_phone(gateway, order) -> None:
    parameters = start_payment(order.pk, actor=cast.buyer(order))
    try:
        gateway.do("pay", **parameters, openid=order.customer.openid)
    except Problem:
        return
    query_payment(PayAttempt.objects.filter(order=order, channel=Channel.JSAPI).latest("pk").pk)


def assert_money_is_in_once(order) -> None:
    """What counts is what it costs, and anything beyond is on its way back."""
    order = fresh(order)
    counting = sum(p.amount_fen for p in Payment.objects.filter(order=order, counts=True))
    assert counting == order.paid_fen <= order.payable_fen
    surplus = Payment.objects.filter(order=order, counts=False)
    assert Refund.objects.filter(order=order).count() == surplus.count()
    assert order.attempts.filter(state__in=LIVE).count() <= 1


def test_one_person_who_presses_twelve_times_has_one_code(gateway):
    order = unpaid(pay_method=PayMethod.COD)
    results = run_together([lambda: start_native(order.pk, actor=CLERK)] * 12)
    assert set(codes_of(results)) <= {"ok"}
    assert len({code.code_url for code in results}) == 1
    assert PayAttempt.objects.count() == 1


def test_without_the_lock_one_live_attempt_is_the_last_guard(gateway, switch_off_order_lock):
    order = unpaid(pay_method=PayMethod.COD)
    switch_off_order_lock(3)
    codes = codes_of(run_together([lambda: start_native(order.pk, actor=CLERK)] * 3))
    assert {*codes} == {"IntegrityError", "ok"}


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_against_the_buyers_own_payment_one_of_them_lives(gateway, round_):
    order = unpaid()
    gateway.do("login-codes", openid=order.customer.openid)
    acts = [
        lambda: start_native(order.pk, actor=CLERK),
        lambda: start_payment(order.pk, actor=cast.buyer(order)),
    ]
    codes = codes_of(run_together(acts[:: (-1) ** round_]))
    assert set(codes) <= {"ok", "closing", "gateway_refused"}
    assert order.attempts.filter(state__in=LIVE).count() <= 1
    # What was closed while it was being made may stand there, and was shown to nobody.
    shown = [attempt for attempt in order.attempts.all() if attempt.prepay_id or attempt.code_url]
    payable = [each for each in shown if (gateway.trade(each.number) or {}).get("state") == "NOTPAY"]
    assert len(payable) <= 1


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_scanned_while_the_buyer_pays_on_the_phone(gateway, round_):
    order = unpaid()
    gateway.do("login-codes", openid=order.customer.openid)
    code = start_native(order.pk, actor=CLERK)
    acts = [partial(scan, gateway, order, code), partial(pay_on_the_phone, gateway, order)]
    codes = codes_of(run_together(acts[:: (-1) ** round_]))
    assert set(codes) <= {"ok", "closing", "nothing_owed", "wrong_stage", "gateway_refused"}
    assert_money_is_in_once(order)
    assert fresh(order).owed_fen == 0


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_scanned_while_cash_is_collected(gateway, round_):
    order = unpaid(pay_method=PayMethod.COD)
    code, collected = start_native(order.pk, actor=CLERK), Collected(Means.CASH, order.owed_fen)
    acts = [partial(scan, gateway, order, code), lambda: hand_out(order, collected=collected)]
    results = run_together(acts[:: (-1) ** round_])
    assert set(codes_of(results)) <= {"ok", "nothing_owed", "closing"}
    assert_money_is_in_once(order)
    assert Payment.objects.filter(counts=True).count() == 1
    assert fresh(order).owed_fen == 0
    assert (fresh(order).stage == Stage.DONE) == Payment.objects.filter(means="cash").exists()


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_scanned_while_the_order_is_cancelled(gateway, round_):
    order = unpaid(pay_method=PayMethod.COD)
    code = start_native(order.pk, actor=CLERK)
    acts = [
        partial(scan, gateway, order, code),
        lambda: cancel_unpaid(order.pk, reason="不要了", actor=MANAGER),
    ]
    results = run_together(acts[:: (-1) ** round_])
    assert set(codes_of(results)) <= {"ok", "already_paid", "closing"}
    assert_money_is_in_once(order)
    is_paid = Payment.objects.filter(counts=True).exists()
    assert (fresh(order).stage == Stage.CLOSED) == (not is_paid)


def make_cheaper(order) -> None:
    change_price(order.pk, goods_fen=1_00, freight_fen=0, reason="熟客", actor=MANAGER)


def have_it_sent(order) -> None:
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=MANAGER)


@pytest.mark.parametrize("change", [make_cheaper, have_it_sent])
@pytest.mark.parametrize("round_", range(2))
def test_scanned_while_the_order_becomes_another_one(gateway, change, round_):
    """A code is for the amount that was owed: it is closed before that changes, or the change comes too late."""
    order = unpaid(pay_method=PayMethod.COD)
    code = start_native(order.pk, actor=CLERK)
    acts = [partial(scan, gateway, order, code), partial(change, order)]
    results = run_together(acts[:: (-1) ** round_])
    assert set(codes_of(results)) <= {"ok", "already_paid", "closing", "wrong_stage"}
    assert_money_is_in_once(order)
    paid = Payment.objects.filter(counts=True).first()
    assert paid is None or paid.amount_fen == code.amount_fen
    assert fresh(order).owed_fen in (0, fresh(order).payable_fen)


def given_up(gateway, order) -> PaymentEvidence:
    """Paid by a code that the shop had given up: told to the shop only now."""
    code = start_native(order.pk, actor=CLERK)
    number = gateway.do("scan", code_url=code.code_url, openid="passer-by")["number"]
    PayAttempt.objects.filter(number=number).update(state=AttemptState.CLOSED, next_query_at=None)
    return PaymentEvidence(number, gateway.trade(number)["trade_no"], code.amount_fen, clock.now())


@pytest.mark.parametrize("round_", range(OF_PAIRS))
def test_told_late_while_cash_is_collected_the_surplus_goes_back(gateway, round_):
    order = unpaid(pay_method=PayMethod.COD)
    collected = Collected(Means.CASH, order.owed_fen)
    evidence = given_up(gateway, order)
    acts = [lambda: apply_payment_evidence(evidence), lambda: hand_out(order, collected=collected)]
    assert codes_of(run_together(acts[:: (-1) ** round_])) == ["ok", "ok"]
    assert_money_is_in_once(order)
    assert Payment.objects.get(counts=False).method == "wechat"
    assert fresh(order).stage == Stage.DONE


def paid_by_code(gateway) -> PaymentEvidence:
    order = unpaid(pay_method=PayMethod.COD)
    code = start_native(order.pk, actor=CLERK)
    number = gateway.do("scan", code_url=code.code_url, openid="passer-by")["number"]
    return PaymentEvidence(number, gateway.trade(number)["trade_no"], code.amount_fen, clock.now())


def test_told_twenty_times_it_is_paid_once(gateway):
    fact = paid_by_code(gateway)
    assert codes_of(run_together([lambda: apply_payment_evidence(fact)] * 20)) == ["ok"] * 20
    payment = Payment.objects.get()
    assert verbs_of(payment.order).count("pay") == 1


def test_without_the_lock_the_trade_number_is_the_last_guard(gateway, switch_off_order_lock):
    fact = paid_by_code(gateway)
    switch_off_order_lock(3)
    codes = codes_of(run_together([lambda: apply_payment_evidence(fact)] * 3))
    assert {*codes} == {"IntegrityError", "ok"}
