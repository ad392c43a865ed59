"""Comparing the books every night: only what something happened to since the night before.

`manage.py check_books` reads everything, which at a million orders takes minutes.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from shop import clock
from shop.actor import SYSTEM
from shop.backup.snapshot import snapshot
from shop.events.models import BookCheck, Event
from shop.events.selectors import find_last_id_before
from shop.events.services import record_event
from shop.invariants import INVARIANTS, Scope, within

logger = logging.getLogger(__name__)
AT = time(3, 30)
"""In the store's time zone: while hardly anybody orders."""
LEASE = timedelta(minutes=10)
EVENTS_AT_ONCE = 500
SETTLED_AFTER = timedelta(minutes=10)
"""No transaction lasts longer: a number that is older than this is not given to an event that is still to come."""
SHOWN = 20
_KINDS = {"order": "orders", "sku": "skus", "customer": "customers"}


def begin_nightly() -> None:
    """Make the row by which the timer knows of it; the first night looks at one day."""
    first = {"due_at": find_next_night(clock.now()), "version": 0}
    first["seen_id"] = find_last_id_before(clock.now() - timedelta(days=1)) or 0
    BookCheck.objects.get_or_create(pk=1, defaults=first)


def find_next_night(now: datetime) -> datetime:
    """The next time that it is AT."""
    local = timezone.localtime(now)
    tonight = local.replace(hour=AT.hour, minute=AT.minute, second=0, microsecond=0)
    return tonight if tonight > local else tonight + timedelta(days=1)


def check_slice() -> bool:
    """Look at the next EVENTS_AT_ONCE events; whether there is more to do. A killed one is done again."""
    check = BookCheck.objects.get(pk=1)
    until_id = check.until_id or find_last_id_before(clock.now() - SETTLED_AFTER) or 0
    events = Event.objects.filter(pk__gt=check.seen_id, pk__lte=until_id).order_by("pk")
    rows = list(events.values_list("pk", "kind", "subject_id", "order_id")[:EVENTS_AT_ONCE])
    if not rows:
        _end(check)
        return False
    scope = _make_scope(rows)
    broken = [*check.broken, *_find_broken(scope)][:SHOWN]
    BookCheck.objects.filter(pk=1, seen_id=check.seen_id).update(
        seen_id=rows[-1][0],
        until_id=until_id,
        looked_at=check.looked_at + len(set(scope.orders)),
        broken=broken,
        due_at=clock.now() + LEASE,
    )
    return True


def _make_scope(rows: list[tuple[int, str, int, int | None]]) -> Scope:
    ids: dict[str, set[int]] = {name: set() for name in _KINDS.values()}
    for _pk, kind, subject_id, order_id in rows:
        if name := _KINDS.get(kind):
            ids[name].add(subject_id)
        if order_id:
            ids["orders"].add(order_id)
    return Scope(**ids)


def _find_broken(scope: Scope) -> Iterator[str]:
    with snapshot(), within(scope):
        for item in INVARIANTS:
            yield from (f"{item.code} {row}"[:200] for row in islice(item.find(), SHOWN))


def _end(check: BookCheck) -> None:
    """Put the night on record, and ring if anything does not add up."""
    with transaction.atomic():
        check = BookCheck.objects.select_for_update().get(pk=check.pk)
        if check.due_at > clock.now() + LEASE:
            return  # Somebody else was faster.
        data = {"looked_at": check.looked_at, "broken": check.broken}
        verb = "books.broken" if check.broken else "books.check"
        check.due_at, check.until_id = find_next_night(clock.now()), None
        check.looked_at, check.broken = 0, []
        check.save_raised("due_at", "until_id", "looked_at", "broken")
        record_event(check, verb, SYSTEM, data=data)
