"""What was taken at the counters: summed up by day, store and collector, with what was closed of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from orders.payments.models import Means, Payment
from orders.scope import rows_at_stores
from pickup.cash.models import CashClosing
from pickup.models import Verifier
from shop import clock
from shop.actor import Actor, ActorKind
from shop.store.models import PickupStore

_SUMS: dict[str, Any] = {
    "orders": Count("order", distinct=True),
    "cash_fen": Coalesce(Sum("amount_fen", filter=Q(means=Means.CASH)), 0),
    "transfer_fen": Coalesce(Sum("amount_fen", filter=Q(means=Means.TRANSFER)), 0),
    "native_fen": Coalesce(Sum("amount_fen", filter=Q(means="")), 0),
}


@dataclass(frozen=True)
class Drawer:
    """Whose money it is: of one collector, at one store, on one day of the shop's time zone."""

    day: date
    store_id: int
    collector_kind: str
    collector_id: int

    @property
    def key(self) -> str:
        """What stands for it in an address."""
        return f"{self.day}.{self.store_id}.{self.collector_kind}.{self.collector_id}"


_KEY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})\.([a-z]{1,10})\.([0-9]{1,18})", re.ASCII)


def read_drawer(key: str) -> Drawer | None:
    """The drawer of an address; None for what is none."""
    found = _KEY.fullmatch(key)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
    if found is None or day is None or not clock.EARLIEST_DAY <= day <= clock.LATEST_DAY:
        return None
    return Drawer(day, int(found[2]), found[3], int(found[4]))


@dataclass(frozen=True)
class Sums:
    """Of so many orders, in fen, by the way it was paid."""

    orders: int = 0
    cash_fen: int = 0
    transfer_fen: int = 0
    native_fen: int = 0

    @property
    def total_fen(self) -> int:
        return self.cash_fen + self.transfer_fen + self.native_fen


@dataclass(frozen=True)
class CashSheet:
    """One row: what is in a drawer now, and its closing, if there was one."""

    drawer: Drawer
    sums: Sums
    store_name: str
    collector_name: str
    closing: CashClosing | None

    @property
    def is_closed(self) -> bool:
        return self.closing is not None and not self.closing.is_open

    @property
    def later_fen(self) -> int:
        """What came in after the closing, and is in none."""
        return self.sums.total_fen - self.closing.total_fen if self.closing else 0


@dataclass(frozen=True)
class Wanted:
    """Which sheets: days from and to, both included; of one store; closed or not, both for None."""

    since: date
    until: date
    store_id: int | None = None
    is_closed: bool | None = None


def list_taken(actor: Actor) -> "QuerySet[Payment]":
    """What was taken at counters and counts, as far as the actor may see it."""
    return rows_at_stores(Payment.objects.filter(store__isnull=False, counts=True), actor)


def list_payments(drawer: Drawer) -> "QuerySet[Payment]":
    """What is in a drawer, the first first."""
    rows = Payment.objects.filter(
        _between(drawer.day, drawer.day),
        counts=True,
        store=drawer.store_id,
        collected_by_kind=drawer.collector_kind,
        collected_by_id=drawer.collector_id,
    )
    return rows.select_related("order").order_by("captured_at", "pk")


def sum_up(rows: "QuerySet[Payment]") -> Sums:
    return Sums(**rows.order_by().aggregate(**_SUMS))


def list_sheets(wanted: Wanted, *, actor: Actor) -> list[CashSheet]:
    """The newest day first; four queries."""
    rows = list_taken(actor).filter(_between(wanted.since, wanted.until))
    closings = rows_at_stores(CashClosing.objects.filter(day__range=(wanted.since, wanted.until)), actor)
    if wanted.store_id:
        rows, closings = rows.filter(store=wanted.store_id), closings.filter(store=wanted.store_id)
    sheets = _make_sheets(_sum_by_drawer(rows), closings)
    return [sheet for sheet in sheets if wanted.is_closed in (None, sheet.is_closed)]


def list_sheets_of(kind: str, collector_id: int, day: date) -> list[CashSheet]:
    """What one collector took on a day, store by store."""
    own = {"collected_by_kind": kind, "collected_by_id": collector_id}
    rows = Payment.objects.filter(_between(day, day), store__isnull=False, counts=True, **own)
    closings = CashClosing.objects.filter(day=day, collector_kind=kind, collector_id=collector_id)
    return list(_make_sheets(_sum_by_drawer(rows), closings))


def find_sheet(drawer: Drawer, *, actor: Actor) -> CashSheet | None:
    """One of them, None where nothing was taken, or for who may not see it."""
    rows = rows_at_stores(list_payments(drawer), actor).order_by()
    closings = CashClosing.objects.filter(**vars(drawer))
    return next(iter(_make_sheets(_sum_by_drawer(rows), closings)), None)


def _between(since: date, until: date) -> Q:
    end = clock.start_of_day(until + timedelta(days=1))
    return Q(captured_at__gte=clock.start_of_day(since), captured_at__lt=end)


def _sum_by_drawer(rows: "QuerySet[Payment]") -> Sequence[Mapping[str, Any]]:
    by_day = rows.annotate(day=TruncDate("captured_at"))
    keys = ("day", "store_id", "collected_by_kind", "collected_by_id")
    summed = by_day.order_by().values(*keys).annotate(name=Max("collected_by_name"), **_SUMS)
    return list(summed.order_by("-day", "store_id", "collected_by_kind", "collected_by_id"))


def _make_sheets(
    summed: Sequence[Mapping[str, Any]], closings: "QuerySet[CashClosing]"
) -> Iterable[CashSheet]:
    if not summed:
        return []
    by_drawer = {drawer_of(closing): closing for closing in closings}
    stores = PickupStore.objects.in_bulk({row["store_id"] for row in summed})
    names = _name_verifiers(summed)
    sheets = []
    for row in summed:
        drawer = Drawer(row["day"], row["store_id"], row["collected_by_kind"], row["collected_by_id"])
        sums = Sums(**{name: row[name] for name in _SUMS})
        name = names.get((drawer.collector_kind, drawer.collector_id), row["name"])
        sheets.append(CashSheet(drawer, sums, stores[drawer.store_id].name, name, by_drawer.get(drawer)))
    return sheets


def drawer_of(closing: CashClosing) -> Drawer:
    return Drawer(closing.day, closing.store_id, closing.collector_kind, closing.collector_id)


def _name_verifiers(summed: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """By kind and id; of staff the name they had is on the payment."""
    ids = {row["collected_by_id"] for row in summed if row["collected_by_kind"] == ActorKind.VERIFIER}
    if not ids:
        return {}
    rows = Verifier.objects.filter(pk__in=ids).select_related("customer")
    return {(ActorKind.VERIFIER.value, row.pk): row.name for row in rows}
