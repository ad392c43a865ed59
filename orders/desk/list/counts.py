"""How many orders each tab and queue holds, exact up to a cap. No count reads a whole table."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from orders.desk.list.conditions import is_in_queue
from orders.desk.list.filters import TAB_STAGES, Tab, WorkQueue
from orders.scope import real_orders_of, scope_key
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.database.capped import read_row, write_row
from shop.store.deliveries import SENT

CAP = 10_000
FULL_FOR_S = 60
_ENDS = (Stage.DONE, Stage.CLOSED)
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_full_until: dict[tuple[str, Stage], float] = {}


@dataclass(frozen=True)
class Counts:
    """Orders per tab and per queue, exact up to CAP."""

    tabs: dict[str, int]
    queues: dict[str, int]


def count_tabs(actor: Actor) -> Counts:
    """Each stage and each queue of the actor's scope counted up to CAP + 1; one query.

    A stage over the cap is read to the cap every time. Those in which orders end hardly ever fall below it again:
    once over, they are taken to be so for a minute.
    """
    scope = scope_key(actor)
    full = [stage for stage in _ENDS if _full_until.get((scope, stage), 0.0) > time.monotonic()]
    stages = tuple(stage for stage in Stage if stage not in full)
    found = _run(scope, stages, clock.now())
    counts = dict(zip(stages, found, strict=False)) | dict.fromkeys(full, CAP + 1)
    to_ship, queues = found[len(stages)], found[len(stages) + 1 :]
    until = time.monotonic() + FULL_FOR_S
    _full_until.update({(scope, stage): until for stage in _ENDS if counts[stage] > CAP})
    tabs: dict[str, int] = {tab: sum(counts[stage] for stage in TAB_STAGES[tab] or Stage) for tab in Tab}
    return Counts(tabs | {Tab.TO_SHIP: to_ship}, dict(zip(WorkQueue, queues, strict=True)))


def forget_full() -> None:
    """Count every stage afresh."""
    _full_until.clear()


def _run(scope: str, stages: tuple[Stage, ...], now: datetime) -> tuple[int, ...]:
    """The counts of these stages, of what is to be sent, then of every queue."""
    if connection.vendor == "postgresql":
        sql, parameters = _write_once(scope, stages, CAP)
        moved = now - _THEN
        parameters = [value + moved if isinstance(value, datetime) else value for value in parameters]
    else:
        sql, parameters = _write(scope, stages, CAP, now)
    return read_row(sql, parameters)


@lru_cache
def _write_once(scope: str, stages: tuple[Stage, ...], cap: int) -> tuple[str, list[Any]]:
    """As `_write` at a moment of its own: writing takes the ORM longer than the database counts."""
    return _write(scope, stages, cap, _THEN)


def _write(scope: str, stages: tuple[Stage, ...], cap: int, now: datetime) -> tuple[str, list[Any]]:
    orders = real_orders_of(scope)
    wanted = [orders.filter(stage=stage) for stage in stages]
    wanted.append(orders.filter(stage__in=TAB_STAGES[Tab.TO_SHIP], delivery__in=SENT))
    wanted += [orders.filter(is_in_queue(queue, now)) for queue in WorkQueue]
    return write_row(wanted, cap)


def describe_count(count: int) -> str:
    """Exact up to CAP, then "10,000+"."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"
