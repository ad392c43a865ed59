"""Invariants of alerts."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q

from notifications.models import Alert, AlertKind
from notifications.robots.choices import NoteState
from notifications.robots.models import Robot, RobotNote
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


@invariant("B19", "a robot's message waits exactly while it is to be said, and is said once")
def robots_have_what_waits() -> Iterator[str]:
    waits, is_due = Q(state=NoteState.WAITING), Q(due_at__isnull=False)
    wrong = waits & ~is_due | ~waits & is_due | Q(state=NoteState.SENT, sent_at__isnull=True)
    for note in in_scope(RobotNote.objects.filter(wrong), orders="alert__order"):
        yield f"message {note.pk} of a robot is {note.state}"


@invariant("B19.1", "a robot that was removed keeps no secret")
def removed_robots_are_forgotten() -> Iterator[str]:
    for robot in Robot.objects.filter(removed_at__isnull=False):
        if robot.url or robot.secret or robot.is_on:
            yield f"robot {robot.pk} was removed and keeps what it was"
