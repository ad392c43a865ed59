"""Reading what waits at the counters."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from orders.models import Order
from orders.scope import rows_in_scope
from orders.stages import IN_HAND
from pickup.uncollected.models import WAITS, Waiting
from shop import clock
from shop.store.choices import Delivery


def find_waiting(order_id: int) -> Waiting | None:
    """The row of an order that waits at a counter now, with what opens its note."""
    return Waiting.objects.filter(WAITS, order=order_id).select_related("order__customer").first()


def read_storage_note(order: Order) -> str:
    """Where the goods of an order lie, "" where nobody has said it."""
    row = Waiting.objects.filter(order=order).select_related("order__customer").first()
    return str(row.storage_note) if row else ""


def list_uncollected(scope: str) -> "QuerySet[Waiting]":
    """What should have been picked up by now, of the orders in this scope: what is put off comes back by itself."""
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=clock.now())
    return rows_in_scope(_list_overdue().filter(awake), scope)


def list_snoozed(scope: str) -> "QuerySet[Waiting]":
    """The same of what somebody has put off."""
    return rows_in_scope(_list_overdue().filter(snoozed_until__gt=clock.now()), scope)


def _list_overdue() -> "QuerySet[Waiting]":
    """What an order has become since is told by the order itself: its event may still be under way."""
    due = Waiting.objects.filter(WAITS, due_at__lte=clock.now())
    return due.filter(order__delivery=Delivery.PICKUP, order__stage__in=IN_HAND)


def list_to_note(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Orders that nobody came for in time, and of which people were not told yet."""
    due = Waiting.objects.filter(WAITS, noted_at__isnull=True, due_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("due_at").values_list("pk", flat=True)[:limit])
