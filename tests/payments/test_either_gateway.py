"""What holds at every gateway: paying, the three steps before a verb that money could cross, and refunds."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.gateway import query_attempt
from orders.payments.models import AttemptState, GatewayLine, PayAttempt, Payment, Refund, RefundState
from orders.payments.services.attempts import start_payment
from orders.payments.services.payouts import pay_out_refund
from orders.payments.tasks import query_payment, send_refund
from orders.stages import Stage
from shop import clock
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from shop.store.models import AlipayAccount, WeChatAccount
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.payments.rows import again

ACCOUNTS = {PayMethod.WECHAT: WeChatAccount, PayMethod.ALIPAY: AlipayAccount}


def paid(either) -> Order:
    """An order that its gateway knows as paid, and the shop too."""
    order = either.place()
    query_payment(either.take_money(order).pk)
    assert fresh(order).stage == Stage.TO_CONFIRM
    return fresh(order)


def to_refund(either) -> Refund:
    """A refund that was decided and not sent yet."""
    order = paid(either)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    return Refund.objects.get(order=order)


def test_a_payment_is_found_by_asking_and_booked_once(either):
    order = either.place()
    attempt = either.take_money(order)
    for _ in range(3):
        query_payment(attempt.pk)
    payment = Payment.objects.get()
    assert (payment.method, payment.amount_fen, payment.counts) == (either.method, order.payable_fen, True)
    assert payment.trade_no == either.trade(attempt.number)["trade_no"]
    assert verbs_of(order) == ["place", "pay"]


def test_pressing_pay_again_goes_on_with_the_same_payment(either):
    order = either.place()
    first = either.open(order)
    second = either.open(order)
    assert (first.pk, first.number) == (second.pk, second.number)
    assert (first.method, first.mchid != "") == (either.method, True)


def test_without_tested_credentials_nobody_pays(either):
    order = either.place()
    ACCOUNTS[either.method].objects.update(tested_at=None)
    with refused(f"{either.method}_not_set_up", 409):
        start_payment(order.pk, actor=cast.buyer(order))
    assert not PayAttempt.objects.exists()


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "error_500", "bad_signature", "truncated"]
)
def test_a_payment_that_was_announced_to_no_avail_is_announced_again_under_its_number(either, kind):
    order = either.place()
    either.do("login-codes", openid=order.customer.openid)
    either.fail_at("create", kind)
    with refused("gateway_unavailable", 503):
        start_payment(order.pk, actor=cast.buyer(order))
    attempt = either.open(order)
    assert PayAttempt.objects.get() == attempt
    assert query_attempt(attempt) is not None


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "bad_signature"])
def test_an_answer_that_is_missing_changes_nothing_and_is_asked_for_again(either, kind):
    order = either.place()
    attempt = either.take_money(order)
    either.fail_at("query", kind)
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.UNPAID
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_an_unpaid_order_is_closed_at_the_gateway_first(either):
    order = either.place()
    attempt = either.open(order)
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    assert fresh(order).stage == Stage.CLOSED
    assert either.trade(attempt.number)["state"] in ("CLOSED", "TRADE_CLOSED")
    assert again(attempt).state == AttemptState.CLOSED


def test_who_has_paid_meanwhile_is_not_cancelled(either):
    order = either.place()
    either.take_money(order)
    with refused("already_paid", 409):
        cancel_unpaid(order.pk, actor=cast.buyer(order))
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_while_nobody_answers_nothing_is_cancelled(either):
    order = either.place()
    either.open(order)
    either.fail_at("", "timeout_before", times=9)
    with refused("gateway_unavailable", 503):
        cancel_unpaid(order.pk, actor=cast.buyer(order))
    assert fresh(order).stage == Stage.UNPAID


def test_another_price_is_paid_by_another_payment(either):
    order = either.place()
    first = either.open(order)
    change_price(order.pk, goods_fen=1_00, freight_fen=0, reason="老顾客", actor=cast.clerk())
    second = either.take_money(fresh(order))
    query_payment(second.pk)
    assert (again(first).state, second.amount_fen) == (AttemptState.CLOSED, 1_00)
    assert fresh(order).paid_fen == 1_00


def test_another_way_to_pay_closes_the_payment_under_way(either):
    order = either.place()
    attempt = either.open(order)
    choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))
    assert (again(attempt).state, fresh(order).pay_method) == (AttemptState.CLOSED, PayMethod.COD)


def test_a_refund_is_sent_once_and_done(either):
    refund = to_refund(either)
    for _ in range(3):
        send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert [row["amount_fen"] for row in either.refunds(refund.order)] == [refund.amount_fen]
    assert verbs_of(refund.order).count("refund_done") == 1


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "error_500", "bad_signature", "truncated"]
)
def test_a_refund_without_an_answer_is_repeated_under_its_number(either, kind):
    refund = to_refund(either)
    either.fail_at("refund", kind)
    send_refund(refund.pk)
    assert again(refund).state == RefundState.COMMITTED
    send_refund(refund.pk)
    assert again(refund).state == RefundState.DONE
    assert [row["number"] for row in either.refunds(refund.order)] == [refund.number]


def test_what_the_gateway_has_paid_meanwhile_is_not_paid_out_by_hand(either):
    refund = to_refund(either)
    either.fail_at("refund", "timeout_after")
    send_refund(refund.pk)
    Refund.objects.filter(pk=refund.pk).update(state=RefundState.FAILED)
    with refused("already_refunded", 409):
        pay_out_refund(refund.pk, reference="HT-1", actor=cast.clerk())
    assert again(refund).state == RefundState.DONE


def test_a_gateway_that_is_silent_is_told_of_and_asked_no_more(either, tasks_at_once):
    order = either.place()
    attempt = either.open(order)
    either.fail_at("", "timeout_before", times=60)
    for _ in range(5):
        query_payment(attempt.pk)
    assert GatewayLine.objects.get().mchid == attempt.mchid
    with clock.at(clock.now() + timedelta(minutes=2)):
        sweep()
    assert GatewayLine.objects.get().told_at is not None


def test_money_for_a_closed_order_goes_back_by_itself(either, tasks_at_once):
    order = either.place()
    attempt = either.take_money(order)
    PayAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CLOSED)
    query_payment(attempt.pk)
    payment = Payment.objects.get()
    assert (payment.counts, fresh(order).paid_fen) == (False, 0)
    send_refund(Refund.objects.get().pk)
    assert Refund.objects.get().state == RefundState.DONE
