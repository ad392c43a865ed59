"""How many orders each tab and queue holds, exact up to a cap. No count reads a whole table."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from orders.archive import Archive
from orders.desk.list.conditions import is_in_queue
from orders.desk.list.filters import TAB_STAGES, Tab, WorkQueue
from orders.models import Order
from orders.scope import real_orders_of, scope_key
from orders.stages import OVER, Stage
from shop import clock
from shop.actor import Actor
from shop.database.capped import read_row, write_row
from shop.store.deliveries import SENT

CAP = 10_000
FULL_FOR_S = 60
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_full_until: dict[tuple[str, Stage, Archive | None], float] = {}


@dataclass(frozen=True)
class Counts:
    """Orders per tab and per queue, exact up to CAP; what is archived is counted nowhere."""

    tabs: dict[str, int]
    queues: dict[str, int]


def count_tabs(actor: Actor, archive: Archive | None = None) -> Counts:
    """Each stage and each queue of the actor's scope counted up to CAP + 1, without what is archived; one query.

    A stage over the cap is read to the cap every time. Those in which orders end hardly ever fall below it again:
    once over, they are taken to be so for a minute.
    """
    scope = scope_key(actor)
    full = [stage for stage in OVER if _full_until.get((scope, stage, archive), 0.0) > time.monotonic()]
    stages = tuple(stage for stage in Stage if stage not in full)
    found = _run(scope, stages, archive, clock.now())
    parts = _name_parts(stages, archive)
    counts = dict.fromkeys(stages, 0) | dict.fromkeys(full, CAP + 1)
    for stage, count in zip(parts, found, strict=False):
        counts[stage] += count
    to_ship, *queues = found[len(parts) :]
    until = time.monotonic() + FULL_FOR_S
    _full_until.update({(scope, stage, archive): until for stage in OVER if counts[stage] > CAP})
    tabs: dict[str, int] = {
        tab: sum(counts[stage] for stage in TAB_STAGES[tab] or Stage) for tab in Tab if tab != Tab.ARCHIVED
    }
    return Counts(tabs | {Tab.TO_SHIP: to_ship}, dict(zip(WorkQueue, queues, strict=True)))


def forget_full() -> None:
    """Count every stage afresh."""
    _full_until.clear()


def _name_parts(stages: tuple[Stage, ...], archive: Archive | None) -> list[Stage]:
    """The stage of each number that is counted: those in which orders end are counted in two parts."""
    return [stage for stage in stages for _part in range(2 if archive and stage in OVER else 1)]


def _run(scope: str, stages: tuple[Stage, ...], archive: Archive | None, now: datetime) -> tuple[int, ...]:
    """The counts of these stages, of what is to be sent, then of every queue."""
    if connection.vendor == "postgresql":
        sql, parameters = _write_once(scope, stages, archive is not None, CAP)
        parameters = [_set_moment(value, now, archive) for value in parameters]
    else:
        sql, parameters = _write(scope, stages, archive, CAP, now)
    return read_row(sql, parameters)


def _set_moment(value: Any, now: datetime, archive: Archive | None) -> Any:
    if archive and value == _LONG_AGO:
        return archive.since
    return value + (now - _THEN) if isinstance(value, datetime) else value


@lru_cache
def _write_once(scope: str, stages: tuple[Stage, ...], has_archive: bool, cap: int) -> tuple[str, list[Any]]:
    """As `_write` at a moment of its own: writing takes the ORM longer than the database counts."""
    return _write(scope, stages, Archive(_LONG_AGO) if has_archive else None, cap, _THEN)


def _write(
    scope: str, stages: tuple[Stage, ...], archive: Archive | None, cap: int, now: datetime
) -> tuple[str, list[Any]]:
    orders = real_orders_of(scope)
    wanted = [part for stage in stages for part in _split(orders, stage, archive)]
    wanted.append(orders.filter(stage__in=TAB_STAGES[Tab.TO_SHIP], delivery__in=SENT))
    wanted += [orders.filter(is_in_queue(queue, now)) for queue in WorkQueue]
    return write_row(wanted, cap)


def _split(orders: "QuerySet[Order]", stage: Stage, archive: Archive | None) -> "list[QuerySet[Order]]":
    return archive.split(orders, stage) if archive else [orders.filter(stage=stage)]


def describe_count(count: int) -> str:
    """Exact up to CAP, then "10,000+"."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"
