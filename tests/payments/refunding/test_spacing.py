"""WeChat takes refunds of one payment a minute apart, fifty of them, for a year: what it would not take is paid out."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.payments.refunding import rules
from orders.payments.refunding.left import read_left
from orders.payments.refunding.plan import Wanted, plan_refund
from orders.payments.selectors import REFUNDABLE_FOR, list_due_refunds
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_sending import refuse_refund, retry_refund
from orders.payments.services.refunds import BACKUP_AFTER
from orders.payments.tasks import send_refund
from shop import clock
from shop.events.delivery import drain
from shop.store.choices import PayMethod
from tests import cast
from tests.payments.refunding.cases import give, list_ids

MINUTE = timedelta(minutes=1)


@pytest.fixture
def order(gateway) -> Order:
    order = cast.place(basket={cast.make_sku(price_fen=10_00).pk: 5})
    attempt = gateway.take_money(order)
    return cast.pay(order, attempt=attempt, trade_no=gateway.trade(attempt.number)["trade_no"])


def test_the_second_waits_by_itself(order, sent_tasks):
    [first] = give(order, {0: 1})
    drain()
    assert sent_tasks == [("send_refund", first.pk)]
    send_refund(first.pk)
    first.refresh_from_db()
    [second] = give(order, {0: 1})
    drain()
    assert second.next_try_at == first.sent_at + MINUTE
    assert sent_tasks == [("send_refund", first.pk)]
    assert list_due_refunds(first.sent_at + MINUTE, (), 9) == [second.pk]
    assert list_due_refunds(first.sent_at + MINUTE - timedelta(seconds=1), (), 9) == []


def test_the_third_waits_for_the_second(order):
    [first], [second], [third] = (give(order, {0: 1}) for _ in range(3))
    assert second.next_try_at == first.next_try_at + MINUTE
    assert third.next_try_at == second.next_try_at + MINUTE


def test_the_gateway_enforces_it_and_takes_it_a_minute_later(order, gateway):
    gateway.behave(refund_interval_seconds=60)
    [first], [second] = give(order, {0: 1}), give(order, {0: 1})
    send_refund(first.pk)
    send_refund(second.pk)
    second.refresh_from_db()
    assert (second.state, second.last_error) == (RefundState.COMMITTED, "FREQUENCY_LIMITED")
    gateway.behave(refund_interval_seconds=0)
    send_refund(second.pk)
    second.refresh_from_db()
    assert second.state == RefundState.DONE


def test_a_refund_tried_again_waits_too(order):
    [failed] = give(order, {0: 1})
    refuse_refund(failed, why="NOT_ENOUGH")
    [other] = give(order, {0: 1})
    send_refund(other.pk)
    other.refresh_from_db()
    again = retry_refund(failed.pk, actor=cast.clerk("finance"))
    assert again.next_try_at == other.sent_at + MINUTE


def test_refunds_of_another_payment_wait_for_nothing(order):
    give(order, {0: 1})
    other = cast.paid_order()
    moment = clock.now()
    with clock.at(moment):
        [refund] = give(other, {0: 1})
    assert refund.next_try_at == moment + BACKUP_AFTER


def test_after_a_year_it_is_paid_out_by_hand_and_the_plan_says_so(order):
    with clock.at(order.payments.get().captured_at + REFUNDABLE_FOR):
        assert plan_refund(order, Wanted({list_ids(order)[0]: 1})).routes[0].is_by_hand
        [refund] = give(order, {0: 1})
        assert (refund.state, refund.next_try_at) == (RefundState.TO_PAY_OUT, None)
        paid = pay_out_refund(refund.pk, reference="网银 1", actor=cast.clerk("finance"))
        assert paid.state == RefundState.DONE


def test_a_moment_before_it_goes_by_the_gateway(order):
    with clock.at(order.payments.get().captured_at + REFUNDABLE_FOR - timedelta(seconds=1)):
        assert plan_refund(order, Wanted({list_ids(order)[0]: 1})).routes[0].is_by_gateway
        assert give(order, {0: 1})[0].state == RefundState.COMMITTED


def test_what_is_above_the_number_that_it_takes_is_paid_out_by_hand(order, monkeypatch):
    monkeypatch.setitem(rules.RULES, PayMethod.WECHAT, rules.GatewayRule(most=2, apart=MINUTE))
    states = [give(order, {0: 1})[0].state for _ in range(3)]
    assert states == [RefundState.COMMITTED, RefundState.COMMITTED, RefundState.TO_PAY_OUT]
    payment = read_left(order).payments[0]
    assert (payment.refunds_made, bool(payment.bar)) == (2, True)
    assert Refund.objects.filter(state=RefundState.TO_PAY_OUT).count() == 1


def test_wechat_takes_fifty():
    assert rules.RULES[PayMethod.WECHAT].most == 50
