"""Forgetting deliveries that were carried out: events are kept for ever, who heard of them is not."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet

from shop import clock
from shop.events.models import EventDelivery
from shop.events.registry import due

KEPT_FOR = timedelta(days=7)
"""So long it can be looked up whether and when a handler heard of an event."""
BATCH = 1_000
_PEEK = 50


def _delivered() -> "QuerySet[EventDelivery]":
    return EventDelivery.objects.filter(done_at__isnull=False).order_by("id")


def list_old_deliveries(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """The oldest row that was delivered long ago; with it go all others of its age.

    Ids rise with time, so that a look at the first rows tells: no index is kept for this, and no table is read.
    """
    first = list(_delivered().exclude(pk__in=skip).values_list("pk", "done_at")[:_PEEK])
    return [pk for pk, done_at in first if done_at and done_at < now - KEPT_FOR][:1]


@due("delivery.forget", find=list_old_deliveries)
def forget_deliveries(first_id: int) -> None:
    """Delete a batch of rows from `first_id` on that were delivered long ago; the next round goes on."""
    old = _delivered().filter(pk__gte=first_id)[:BATCH].values_list("pk", "done_at")
    term = clock.now() - KEPT_FOR
    EventDelivery.objects.filter(pk__in=[pk for pk, done_at in old if done_at and done_at < term]).delete()
