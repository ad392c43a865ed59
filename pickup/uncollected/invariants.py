"""Invariants of what waits at counters."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from orders.models import Order
from orders.stages import IN_HAND
from pickup.uncollected.models import WAITS, Waiting
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant
from shop.store.choices import Delivery


@invariant("B4.4", "once delivery has drained, an order waits at a counter only while it can be picked up")
def what_waits_can_be_picked_up() -> Iterator[str]:
    can_be = Q(order__delivery=Delivery.PICKUP, order__stage__in=IN_HAND)
    under_way = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind=Order.subject_kind, event__subject_id=OuterRef("order")
    )
    wrong = in_scope(Waiting.objects.filter(WAITS).exclude(can_be), orders="order")
    for row in wrong.filter(~Exists(under_way)).select_related("order"):
        yield f"order {row.order.number} waits at a counter, and is {row.order.delivery} {row.order.stage}"
