"""Carrying out outbox rows: at least once, in small batches, alerts first, a failing row blocks nobody."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from shop import clock
from shop.events.models import EventDelivery
from shop.events.pause import is_outside_paused, pause_outside
from shop.events.registry import HANDLERS
from shop.push import push_hint

logger = logging.getLogger(__name__)
BATCH = 100
SQLITE_BATCH = 20
_LEASE = timedelta(seconds=30)
_MAX_BACKOFF_S = 300


def deliver_batch() -> int:
    """Carry out one batch of each kind; returns how many rows were tried."""
    return _deliver_inside() + _deliver_outside()


def drain() -> int:
    """Deliver until nothing is due; for tests, the seeding of history and one-off runs."""
    total = 0
    while done := deliver_batch():
        total += done
    return total


def count_undelivered(*, limit: int = 10_001) -> int:
    """Open outbox rows, counted up to `limit`."""
    return EventDelivery.objects.filter(done_at__isnull=True).order_by()[:limit].count()


def _names(*, outside: bool) -> list[str]:
    return [handler.name for handler in HANDLERS.values() if handler.outside is outside]


def _claim(*, outside: bool, limit: int) -> list[EventDelivery]:
    due = EventDelivery.objects.filter(
        done_at__isnull=True, due_at__lte=clock.now(), handler__in=_names(outside=outside)
    ).order_by("priority", "id")
    if not due.exists():
        return []  # An unlocked peek keeps an idle deliverer from taking locks.
    locked = due.select_related("event").select_for_update(skip_locked=True, of=("self",))
    # Handlers lock orders: in pk order, so that two deliverers never wait for each other in a circle.
    return sorted(locked[:limit], key=lambda row: row.event.order_id or 0)


def _deliver_inside() -> int:
    limit = SQLITE_BATCH if connection.vendor == "sqlite" else BATCH
    ids: list[int] = []
    try:
        with transaction.atomic():
            rows = _claim(outside=False, limit=limit)
            ids = [row.pk for row in rows]
            _carry_out(rows)
    except DatabaseError:
        # A deferred constraint fails at COMMIT, outside every savepoint: find the row by going one by one.
        if not ids:
            raise
        logger.exception("batch of %d deliveries failed at commit", len(ids))
        _deliver_singly(ids)
        return len(ids)
    if any(HANDLERS[row.handler].pushes for row in rows):
        push_hint()
    return len(rows)


def _carry_out(rows: Sequence[EventDelivery]) -> None:
    for row in rows:
        try:
            with transaction.atomic():
                HANDLERS[row.handler].function(row.event)
        except Exception as error:  # a handler's failure is its own: it is put off and the batch goes on
            logger.exception("delivery %s of event %s failed", row.handler, row.event_id)
            _put_off(row.pk, row.attempts, error)
        else:
            EventDelivery.objects.filter(pk=row.pk).update(done_at=clock.now())


def _deliver_singly(ids: Sequence[int]) -> None:
    for pk in ids:
        try:
            with transaction.atomic():
                rows = EventDelivery.objects.select_related("event").select_for_update(of=("self",))
                _carry_out(list(rows.filter(pk=pk, done_at__isnull=True)))
        except DatabaseError as error:
            _put_off(pk, EventDelivery.objects.get(pk=pk).attempts, error)


def _put_off(pk: int, attempts: int, error: Exception) -> None:
    wait = min(2**attempts, _MAX_BACKOFF_S)
    EventDelivery.objects.filter(pk=pk).update(
        attempts=F("attempts") + 1,
        due_at=clock.now() + timedelta(seconds=wait),
        last_error=f"{type(error).__name__}: {error}"[:200],
    )


def _deliver_outside() -> int:
    """Enqueue tasks: leased first, so that no transaction waits for the broker; one failure pauses the lot."""
    if is_outside_paused():
        return 0
    with transaction.atomic():
        rows = _claim(outside=True, limit=SQLITE_BATCH)
        EventDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=clock.now() + _LEASE)
    for tried, row in enumerate(rows, start=1):
        try:
            HANDLERS[row.handler].function(row.event)
        except Exception as error:  # the broker is down or hangs: whatever it raises, the row waits
            logger.warning("enqueuing %s failed: %s", row.handler, type(error).__name__)
            _put_off(row.pk, row.attempts, error)
            pause_outside()
            return tried
        EventDelivery.objects.filter(pk=row.pk).update(done_at=clock.now())
    return len(rows)
