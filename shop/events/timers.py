"""Forgetting deliveries that were carried out, as events alone are kept for ever; and comparing the books at night."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shop import clock
from shop.events.forgetting import forget_after
from shop.events.models import BookCheck, EventDelivery
from shop.events.nightly import LEASE
from shop.events.registry import due
from shop.events.tasks import check_books_nightly

KEPT_FOR = timedelta(days=7)
"""So long it can be looked up whether and when a handler heard of an event."""

forget_after(
    "delivery.forget", lambda: EventDelivery.objects.filter(done_at__isnull=False), "done_at", KEPT_FOR
)


def list_due_checks(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due_now = BookCheck.objects.filter(due_at__lte=now).exclude(pk__in=skip)
    return list(due_now.values_list("pk", flat=True)[:limit])


@due("books.compare", find=list_due_checks, outside=True)
def compare_books(check_id: int) -> None:
    check_books_nightly.apply_async((check_id,), expires=LEASE.total_seconds())
    BookCheck.objects.filter(pk=check_id).update(due_at=clock.now() + LEASE)
