"""The gateway speaks of another amount than was asked for: nothing is paid, nothing waits for ever, a person looks."""

import pytest

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.models import AttemptState, PayAttempt, Payment
from orders.payments.tasks import query_payment
from orders.stages import Stage
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, verbs_of
from tests.payments.callbacks import deliver


@pytest.fixture
def mistaken(gateway):
    """An order whose buyer has paid, at the gateway, another amount than was asked for."""
    order = cast.place()
    attempt = gateway.take_money(order)
    PayAttempt.objects.filter(pk=attempt.pk).update(amount_fen=attempt.amount_fen - 1)
    return order, attempt


def assert_rang_once(order):
    drain()
    assert Alert.objects.filter(order=order, kind=AlertKind.MISMATCH, handled_at=None).count() == 1


def test_the_query_ends_the_attempt_and_rings_once(mistaken):
    order, attempt = mistaken
    for _ in range(2):
        query_payment(attempt.pk)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.next_query_at) == (AttemptState.CLOSED, None)
    assert verbs_of(order) == ["place", "payment_mismatch"]
    data = Event.objects.get(verb="order.payment_mismatch").data
    assert (data["amount_fen"], data["asked_fen"]) == (attempt.amount_fen + 1, attempt.amount_fen)
    assert not Payment.objects.exists()
    assert_rang_once(order)


def test_cancelling_goes_on(mistaken):
    order, _attempt = mistaken
    assert cancel_unpaid(order.pk, actor=cast.buyer(order)).stage == Stage.CLOSED
    assert verbs_of(order) == ["place", "payment_mismatch", "cancel_unpaid"]
    assert_rang_once(order)


def test_changing_the_price_goes_on_and_the_buyer_may_pay_it(mistaken):
    order, _attempt = mistaken
    change_price(order.pk, goods_fen=10_00, freight_fen=0, reason="老客", actor=cast.clerk("order_clerk"))
    assert cast.pay(fresh(order)).paid_fen == 10_00


def test_a_callback_is_refused_and_rings_too(gateway, client):
    order = cast.place()
    attempt = gateway.take_money(order)
    for _ in range(2):
        assert deliver(client, gateway, attempt.number, "wrong_amount") == [409]
    assert verbs_of(order) == ["place", "payment_mismatch"]
    assert_rang_once(order)
    assert deliver(client, gateway, attempt.number) == [204]
    assert fresh(order).stage == Stage.TO_CONFIRM
