"""Invariants of alerts."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q

from notifications.models import Alert, AlertKind
from orders.models import Order
from shop.events.models import Event, EventDelivery
from shop.invariants import in_scope, invariant


@invariant("B8", "once delivery has drained, every paid or cash-on-delivery order rang exactly once")
def every_order_rang_once() -> Iterator[str]:
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind=Order.subject_kind, event__subject_id=OuterRef("pk")
    )
    began = Event.objects.filter(
        verb__in=["order.pay", "order.accept", "order.collect"],
        kind=Order.subject_kind,
        subject_id=OuterRef("pk"),
        before="unpaid",
    )
    rang = Count("alerts", filter=Q(alerts__kind=AlertKind.NEW_ORDER))
    orders = Order.objects.annotate(rang=rang).exclude(rang=1)
    for order in in_scope(orders, orders="pk").filter(Exists(began)).exclude(Exists(waiting)):
        yield f"order {order.number} rang {order.rang} times"
    new = in_scope(Alert.objects.filter(kind=AlertKind.NEW_ORDER), orders="order")
    for alert in new.exclude(order__in=Order.objects.filter(Exists(began))).select_related("order"):
        yield f"order {alert.order} rang though it was neither paid nor accepted"
