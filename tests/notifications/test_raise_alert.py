"""An order rings once, whoever carries the event and however often."""

import pytest
from django.db import IntegrityError

from notifications.handlers import end_alerts
from notifications.models import Alert, AlertKind, HandledHow
from notifications.services import handle_alerts, raise_alert
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.gateway import PaymentEvidence
from orders.payments.services.attempts import open_attempt
from orders.payments.services.evidence import apply_payment_evidence
from orders.services.steps import confirm_order
from shop import clock
from shop.events.delivery import deliver_batch, drain
from shop.events.models import Event, EventDelivery
from shop.store.choices import PayMethod
from tests.cast import buyer, clerk, paid_order, pay, place
from tests.races.conftest import run_together

pytestmark = pytest.mark.django_db(transaction=True)


def event_of(order: Order, verb: str) -> Event:
    return Event.objects.get(order_id=order.pk, verb=verb)


def test_a_paid_order_rings_once_however_often_its_event_is_carried() -> None:
    order = paid_order()
    drain()
    EventDelivery.objects.update(done_at=None)
    drain()
    alert = Alert.objects.get()
    assert (alert.order_id, alert.kind, alert.handled_at) == (order.pk, AlertKind.NEW_ORDER, None)


def test_an_order_paid_on_delivery_rings_when_it_is_placed() -> None:
    order = place(pay_method=PayMethod.COD)
    drain()
    assert Alert.objects.get().order_id == order.pk


def test_an_unpaid_order_does_not_ring() -> None:
    place()
    drain()
    assert not Alert.objects.exists()


def test_an_alert_that_comes_after_the_clerk_is_handled_by_that_move() -> None:
    order = paid_order()
    confirm_order(order.pk, actor=clerk(name="李仓库", id_=7))
    end_alerts(event_of(order, "order.confirm"))
    assert not Alert.objects.exists()
    raise_alert(AlertKind.NEW_ORDER, event_of(order, "order.pay"))
    alert = Alert.objects.get()
    assert (alert.handled_how, alert.handled_by_id, alert.handled_by_name) == ("moved", 7, "李仓库")
    assert alert.handled_at == event_of(order, "order.confirm").at


def test_a_press_at_the_same_moment_as_a_move_keeps_its_name() -> None:
    order = paid_order()
    raise_alert(AlertKind.NEW_ORDER, event_of(order, "order.pay"))
    Alert.objects.update(handled_at=clock.now(), handled_how=HandledHow.PRESSED, handled_by_name="王店长")
    confirm_order(order.pk, actor=clerk(name="李仓库"))
    end_alerts(event_of(order, "order.confirm"))
    assert Alert.objects.get().handled_by_name == "王店长"


def test_money_that_does_not_count_raises_an_alert_that_only_a_press_ends() -> None:
    order = place()
    attempt = open_attempt(order.pk, actor=buyer(order))
    pay(order, attempt=attempt)
    apply_payment_evidence(PaymentEvidence(attempt.number, "4200000000001", attempt.amount_fen, clock.now()))
    drain()
    confirm_order(order.pk, actor=clerk())
    cancel_paid(order.pk, reason="test", actor=clerk())
    drain()
    by_kind = {alert.kind: alert for alert in Alert.objects.all()}
    assert by_kind[AlertKind.NEW_ORDER].handled_how == HandledHow.MOVED
    late = by_kind[AlertKind.LATE_PAYMENT]
    assert late.handled_at is None
    raise_alert(AlertKind.LATE_PAYMENT, event_of(order, "order.late_payment"))
    assert Alert.objects.filter(kind=AlertKind.LATE_PAYMENT).count() == 1
    handle_alerts([late.pk], actor=clerk())
    late.refresh_from_db()
    assert late.handled_how == HandledHow.PRESSED


def carry() -> None:
    while deliver_batch():
        pass


def test_two_deliverers_at_once_ring_each_order_once() -> None:
    orders = [paid_order() for _ in range(12)]
    for order in orders[::2]:
        confirm_order(order.pk, actor=clerk())
    run_together([carry, carry])
    assert not EventDelivery.objects.filter(done_at=None).exists()
    assert sorted(Alert.objects.values_list("order_id", flat=True)) == sorted(o.pk for o in orders)
    still_open = Alert.objects.filter(handled_at=None).values_list("order_id", flat=True)
    assert sorted(still_open) == sorted(o.pk for o in orders[1::2])


def test_the_database_itself_refuses_a_second_new_order_alert() -> None:
    order = paid_order()
    raise_alert(AlertKind.NEW_ORDER, event_of(order, "order.pay"))
    alert = Alert.objects.get()
    alert.pk, alert.event_id = None, alert.event_id + 1
    with pytest.raises(IntegrityError):
        alert.save()
