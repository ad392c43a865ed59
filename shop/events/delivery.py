"""Carrying out outbox rows: at least once, alerts first and in small batches, a failing row blocks nobody."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, QuerySet

from shop import clock
from shop.events.models import Event, EventDelivery
from shop.events.pause import BROKER_ERRORS, has_room, is_outside_paused, pause_outside
from shop.events.registry import HANDLERS
from shop.push import push_hint

logger = logging.getLogger(__name__)
BATCH = 20
"""So many share a commit: what one of them waits for, the others wait for too."""
LOCK_TIMEOUT_MS = 500
BUSY = timedelta(seconds=1)
DEAD_AFTER = 20
"""Tries; with their waits more than an hour. Then a person looks."""
LOCK_NOT_AVAILABLE = "55P03"
_LEASE = timedelta(seconds=30)
_MAX_BACKOFF_S = 300


def deliver_batch() -> int:
    """Carry out one batch of each kind; returns how many rows were tried."""
    return _deliver_alerts() + _deliver_inside() + _deliver_outside()


def drain() -> int:
    """Deliver until nothing is due; for tests, the seeding of history and one-off runs."""
    total = 0
    while done := deliver_batch():
        total += done
    return total


def count_undelivered(*, limit: int = 10_001) -> int:
    """Open outbox rows that are still tried, counted up to `limit`."""
    waiting = EventDelivery.objects.filter(done_at__isnull=True, dead_at__isnull=True)
    return waiting.order_by()[:limit].count()


def _list_inside(*, pushes: bool) -> list[str]:
    inside = [handler for handler in HANDLERS.values() if not handler.outside]
    return [handler.name for handler in inside if handler.pushes is pushes]


def _list_outside() -> list[str]:
    """Those whose queue has room."""
    outside = [handler for handler in HANDLERS.values() if handler.outside]
    free = {queue for queue in {handler.queue for handler in outside} if has_room(queue)}
    return [handler.name for handler in outside if handler.queue in free]


def _find_due(handlers: Sequence[str]) -> "QuerySet[EventDelivery]":
    due = EventDelivery.objects.filter(done_at__isnull=True, dead_at__isnull=True, due_at__lte=clock.now())
    return due.filter(handler__in=handlers).order_by("priority", "id")


def _claim(handlers: Sequence[str]) -> list[EventDelivery]:
    due = _find_due(handlers)
    if not due.exists():
        return []  # An unlocked peek keeps an idle deliverer from taking locks.
    locked = due.select_related("event").select_for_update(skip_locked=True, of=("self",))
    # Handlers lock what events are about: in one order, so that two deliverers never deadlock.
    return sorted(locked[:BATCH], key=lambda row: _order_of_locks(row.event))


def _order_of_locks(event: Event) -> tuple[int, str, int]:
    return (event.order_id, "", 0) if event.order_id else (0, event.kind, event.subject_id)


def _deliver_inside() -> int:
    """One by one: what a handler has locked is free before the next one locks, or two deliverers would deadlock."""
    due = _find_due(_list_inside(pushes=False))
    return _deliver_singly(due.values_list("pk", flat=True)[:BATCH])


def _deliver_alerts() -> int:
    """Many in one transaction: open pages hear of all of them at once."""
    ids: list[int] = []
    try:
        with transaction.atomic():
            rows = _claim(_list_inside(pushes=True))
            _wait_little()
            ids = [row.pk for row in rows]
            _carry_out(rows)
    except DatabaseError:
        # A deferred constraint fails at COMMIT, outside every savepoint: find the row by going one by one.
        if not ids:
            raise
        logger.exception("batch of %d deliveries failed at commit", len(ids))
        _deliver_singly(ids)
        return len(ids)
    if rows:
        push_hint()
    return len(rows)


def _carry_out(rows: Sequence[EventDelivery]) -> None:
    for row in rows:
        try:
            with transaction.atomic():
                HANDLERS[row.handler].function(row.event)
        except OperationalError as error:
            if not _is_busy(error):
                raise
            EventDelivery.objects.filter(pk=row.pk).update(due_at=clock.now() + BUSY)
        except Exception as error:  # a handler's failure is its own: it is put off and the batch goes on
            logger.exception("delivery %s of event %s failed", row.handler, row.event_id)
            _put_off(row.pk, row.attempts, error)
        else:
            EventDelivery.objects.filter(pk=row.pk).update(done_at=clock.now())


def _wait_little() -> None:
    """In this transaction, whoever holds an order for long holds up only its own rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])


def _is_busy(error: OperationalError) -> bool:
    """Whether somebody else had the lock for all of LOCK_TIMEOUT_MS."""
    return getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE


def _deliver_singly(ids: Iterable[int]) -> int:
    """Each in a transaction of its own; returns how many were tried, which are not those that others have."""
    tried = 0
    for pk in list(ids):
        try:
            with transaction.atomic():
                free = EventDelivery.objects.select_for_update(skip_locked=True, of=("self",))
                rows = list(free.select_related("event").filter(pk=pk, done_at__isnull=True))
                tried += len(rows)
                _wait_little()
                _carry_out(rows)
        except DatabaseError as error:
            _put_off(pk, EventDelivery.objects.get(pk=pk).attempts, error)
    return tried


def _put_off(pk: int, attempts: int, error: Exception) -> None:
    wait = min(2**attempts, _MAX_BACKOFF_S)
    EventDelivery.objects.filter(pk=pk).update(
        attempts=F("attempts") + 1,
        due_at=clock.now() + timedelta(seconds=wait),
        last_error=f"{type(error).__name__}: {error}"[:200],
        dead_at=clock.now() if attempts + 1 >= DEAD_AFTER else None,
    )


def _deliver_outside() -> int:
    """Enqueue tasks: leased first, so that no transaction waits for the broker, whose failure pauses the lot."""
    if is_outside_paused() or not _find_due([h.name for h in HANDLERS.values() if h.outside]).exists():
        return 0
    handlers = _list_outside()
    with transaction.atomic():
        rows = _claim(handlers)
        EventDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=clock.now() + _LEASE)
    for tried, row in enumerate(rows, start=1):
        try:
            HANDLERS[row.handler].function(row.event)
        except BROKER_ERRORS as error:
            logger.warning("enqueuing %s failed: %s", row.handler, type(error).__name__)
            pause_outside()
            return tried
        except Exception as error:  # a handler's failure is its own
            logger.exception("delivery %s of event %s failed", row.handler, row.event_id)
            _put_off(row.pk, row.attempts, error)
            continue
        EventDelivery.objects.filter(pk=row.pk).update(done_at=clock.now())
    return len(rows)
