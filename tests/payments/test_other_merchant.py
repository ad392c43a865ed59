"""The shop gets other credentials while money is on its way: what they do not know is not taken for an answer."""

import pytest

from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.models import AttemptState, Refund, RefundState
from orders.payments.services.payouts import pay_out_refund
from orders.payments.tasks import query_payment, send_refund
from orders.stages import Stage
from shop.clients.wechat_pay import WeChatPay
from shop.store.models import WeChatAccount
from tests import cast
from tests.expect import fresh, refused


def change_credentials(**changes: str) -> None:
    WeChatAccount.objects.update(**changes or {"mchid": "1900000009"})


@pytest.mark.parametrize("changes", [{"mchid": "1900000009"}, {"appid": "wx-another"}])
def test_an_attempt_of_another_merchant_does_not_look_closed(gateway, changes, monkeypatch):
    order = cast.place()
    attempt = gateway.take_money(order)
    change_credentials(**changes)
    with monkeypatch.context() as patch:
        # Asked with the new credentials, the gateway truly knows of nothing.
        patch.setattr(WeChatPay, "query", lambda _client, _number: None)
        query_payment(attempt.pk)
        with refused("gateway_unavailable", 503):
            cancel_unpaid(order.pk, actor=cast.buyer(order))
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.OPEN
    gateway.lend_credentials()
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.TO_CONFIRM


def refund_of(gateway) -> Refund:
    order = cast.place()
    attempt = gateway.take_money(order)
    cast.pay(order, attempt=attempt, trade_no=gateway.trade(attempt.number)["trade_no"])
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    return Refund.objects.get(order=order)


def test_a_refund_that_was_never_sent_needs_a_person_who_may_pay_it_out(gateway):
    refund = refund_of(gateway)
    change_credentials()
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.FAILED, "OtherMerchant")
    assert gateway.calls(refund.number) == {}
    pay_out_refund(refund.pk, reference="转账 1", actor=cast.clerk("finance"))


def test_a_refund_that_may_have_been_sent_waits_for_the_old_credentials(gateway):
    refund = refund_of(gateway)
    gateway.fail("timeout_after", "/v3/refund")
    send_refund(refund.pk)
    change_credentials()
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.last_error) == (RefundState.COMMITTED, "OtherMerchant")
    with refused("not_to_pay_out"):
        pay_out_refund(refund.pk, reference="1", actor=cast.clerk("finance"))
    gateway.lend_credentials()
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, gateway.calls(refund.number)["refund"]) == (RefundState.DONE, 1)


def test_refunds_belong_to_the_merchant_whatever_the_mini_program(gateway):
    refund = refund_of(gateway)
    change_credentials(appid="wx-another")
    send_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
