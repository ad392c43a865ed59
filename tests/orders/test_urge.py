"""The buyer asks to hurry."""

from datetime import timedelta

import pytest

from notifications.models import Alert, AlertKind, HandledHow
from notifications.services import handle_alerts
from orders.payments.changes.cancelling import cancel_paid
from orders.services.steps import urge_order
from shop import clock
from shop.events.delivery import drain
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of


def urged_order():
    order = cast.paid_order()
    urge_order(order.pk, actor=cast.buyer(order))
    drain()
    return fresh(order)


def alert_of(order) -> Alert:
    return Alert.objects.get(order=order, kind=AlertKind.URGE)


def test_an_urge_stands_on_the_order_and_rings():
    order = urged_order()
    assert order.is_urged
    assert verbs_of(order) == ["place", "pay", "urge"]
    assert alert_of(order).handled_at is None


def test_once_an_hour():
    order = urged_order()
    with refused("urged_lately", 429) as caught:
        urge_order(order.pk, actor=cast.buyer(order))
    assert 3590 < caught.value.extra["retry_after"] <= 3601
    with clock.at(clock.now() + timedelta(minutes=61)):
        urge_order(order.pk, actor=cast.buyer(order))
    assert verbs_of(order).count("urge") == 2


def test_unpaid_and_shipped_orders_cannot_be_urged():
    unpaid, shipped = cast.place(), cast.shipped_order()
    for order in (unpaid, shipped):
        with refused("wrong_stage"):
            urge_order(order.pk, actor=cast.buyer(order))


def test_cash_on_delivery_can_be_urged():
    order = cast.place(pay_method=PayMethod.COD)
    urge_order(order.pk, actor=cast.buyer(order))
    assert fresh(order).is_urged


def test_only_ones_own_order():
    order = cast.paid_order()
    with refused("not_found", 404):
        urge_order(order.pk, actor=cast.buyer(cast.place()))


def test_confirming_does_not_end_it_but_shipping_does():
    order = urged_order()
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    drain()
    assert alert_of(order).handled_at is None
    cast.ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse", name="李仓管"))
    drain()
    assert (alert_of(order).handled_how, alert_of(order).handled_by_name) == (HandledHow.MOVED, "李仓管")
    assert not fresh(order).is_urged


def test_closing_ends_it():
    order = urged_order()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    drain()
    assert alert_of(order).handled_how == HandledHow.CLOSED


def test_it_can_be_pressed_away():
    order = urged_order()
    handle_alerts([alert_of(order).pk], actor=cast.clerk("order_clerk"))
    assert alert_of(order).handled_how == HandledHow.PRESSED


@pytest.mark.parametrize("role", ["warehouse", "finance", "store_clerk"])
def test_staff_note_an_urge_only_with_the_capability(role):
    order = cast.paid_order()
    with refused("forbidden", 403):
        urge_order(order.pk, actor=cast.clerk(role))
    urge_order(order.pk, actor=cast.clerk("support"))
