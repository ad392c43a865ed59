"""Which refusals of the gateway end a refund, and which only put it off."""

import pytest

from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Refund, RefundState
from orders.payments.tasks import send_refund
from shop.clients.errors import Rejected, Unknown
from shop.clients.wechat_pay import WeChatPay
from tests import cast


@pytest.fixture
def refund(gateway) -> Refund:
    order = cast.paid_order()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    return order.refunds.get()


def answer(monkeypatch, refund: Refund, error: Exception) -> Refund:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(WeChatPay, "refund", refuse)
    send_refund(refund.pk)
    refund.refresh_from_db()
    return refund


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SIGN_ERROR", 401),
        ("FREQUENCY_LIMITED", 429),
        ("NO_AUTH", 429),
        ("FREQUENCY_LIMITED", 403),
        ("RATELIMIT_EXCEEDED", 403),
        ("SYSTEM_ERROR", 400),
        ("NOT_ENOUGH", 500),
        ("NOT_ENOUGH", 503),
    ],
)
def test_these_put_it_off(monkeypatch, refund, code, status):
    refund = answer(monkeypatch, refund, Rejected(code, "no", status))
    assert (refund.state, refund.last_error, refund.tries) == (RefundState.COMMITTED, code, 1)
    assert refund.sent_at is not None


@pytest.mark.parametrize(("code", "status"), [("NOT_ENOUGH", 403), ("PARAM_ERROR", 400), ("NO_AUTH", 499)])
def test_these_end_it_and_call_a_person(monkeypatch, refund, code, status):
    refund = answer(monkeypatch, refund, Rejected(code, "no", status))
    assert (refund.state, refund.last_error) == (RefundState.FAILED, code)


def test_no_answer_at_all_is_named_by_what_it_was(monkeypatch, refund):
    refund = answer(monkeypatch, refund, Unknown("no answer"))
    assert (refund.state, refund.last_error) == (RefundState.COMMITTED, "Unknown")
