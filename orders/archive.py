"""The archive: orders that have been over for long, out of the default lists and counts, and found by every search.

Nothing is written when an order goes there: it follows from when the order ended. What still waits for somebody keeps
its order in sight, however old it is: each owner says so in an `archive.py` of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import Order
from orders.scope import ALL, orders_in_scope, orders_of
from orders.stages import OVER, AftersaleMark, Stage
from shop import clock
from shop.actor import Actor
from shop.store.selectors import get_store_settings

ENDS = {Stage.DONE: "received_at", Stage.CLOSED: "closed_at"}
"""When an order ended, by the stage in which it did."""

BEYOND_ALL = 2**63 - 1

_kept: list[Callable[[], "QuerySet[Any, Any]"]] = []


def keep_in_sight(list_ids: Callable[[], "QuerySet[Any, Any]"]) -> None:
    """Archive none of these orders, however old: a query of their ids, never NULL and few, by an index of its own."""
    _kept.append(list_ids)


def is_kept() -> Q:
    """Orders of which something is still open."""
    return Q(pk__in=_unite(list_ids() for list_ids in _kept))


def _unite(queries: "Iterable[QuerySet[Any, Any]]") -> "QuerySet[Any, Any]":
    first, *others = [query.order_by() for query in queries]
    return first.union(*others, all=True)


keep_in_sight(lambda: orders_of(ALL).filter(aftersale_mark=AftersaleMark.OPEN).values("pk"))


@dataclass(frozen=True)
class Archive:
    """What ended before `since` is archived: a midnight in the shop's time zone."""

    since: datetime

    @cached_property
    def archived(self) -> Q:
        # Placed before it ended, of course: said so that a walk by that date begins where the archive does.
        return Q(placed_at__lt=self.since) & self._ended(before=True) & ~is_kept()

    @cached_property
    def in_sight(self) -> Q:
        return ~Q(stage__in=OVER) | self._ended(before=False) | is_kept()

    def _ended(self, *, before: bool) -> Q:
        ended = Q()
        for stage in OVER:
            ended |= self.ended_in(stage, before=before)
        return ended

    def ended_in(self, stage: Stage, *, before: bool) -> Q:
        """Orders that ended in this stage, long ago or since."""
        return Q(stage=stage, **{f"{ENDS[stage]}__{'lt' if before else 'gte'}": self.since})

    def split(self, orders: "QuerySet[Order]", stage: Stage) -> "list[QuerySet[Order]]":
        """Those of a stage that are in sight, in parts that have nothing in common: for each there is an index."""
        if stage not in OVER:
            return [orders.filter(stage=stage)]
        return [
            orders.filter(self.ended_in(stage, before=False)),
            orders.filter(self.ended_in(stage, before=True) & is_kept()),
        ]

    def find_edge(self, orders: "QuerySet[Order]") -> int:
        """The id from which on these orders were placed since: where orders come in turn, none of them is archived."""
        first = orders.filter(placed_at__gte=self.since).order_by("placed_at", "pk")
        return first.values_list("pk", flat=True).first() or BEYOND_ALL

    def list_stragglers(self, orders: "QuerySet[Order]", edge: int) -> list[int]:
        """The ids below the edge of all that are over and may be in sight still; one query, by indexes alone."""
        ended = [orders.filter(**{f"{column}__gte": self.since}, pk__lt=edge) for column in ENDS.values()]
        found = _unite([*(rows.values_list("pk") for rows in ended), *(list_ids() for list_ids in _kept)])
        return [pk for (pk,) in found]

    def find_archived(self, orders: Iterable[Order], *, actor: Actor) -> frozenset[int]:
        """The ids of those that are archived; one query, none where all of them are open or ended since."""
        old = [order.pk for order in orders if self._is_old(order)]
        if not old:
            return frozenset()
        found = orders_in_scope(actor).filter(self.archived, pk__in=old)
        return frozenset(found.values_list("pk", flat=True))

    def _is_old(self, order: Order) -> bool:
        ended: Any = getattr(order, ENDS[Stage(order.stage)]) if order.stage in OVER else None
        return ended is not None and ended < self.since


def find_archive(days: int | None = None) -> Archive | None:
    """The archive of the shop as of today, or one after so many days; None where nothing is archived.

    An order goes there once more than so many days have passed since the day on which it ended.
    """
    days = get_store_settings().archive_days if days is None else days
    today = timezone.localdate(clock.now())
    return Archive(clock.start_of_day(today - timedelta(days=days))) if days else None


def is_archived(order: Order, *, actor: Actor) -> bool:
    """Of one order; no query while it is open."""
    archive = find_archive() if order.stage in OVER else None
    return archive is not None and order.pk in archive.find_archived([order], actor=actor)
