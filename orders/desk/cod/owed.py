"""Cash on delivery that is not in yet: of which orders, by which courier, since when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from orders.companions import Together
from orders.desk.labels import describe_span
from orders.desk.list.marks import name_marks
from orders.models import COD_OWED, Order
from orders.scope import real_orders_of
from orders.shipping.models import HANDED_OVER, Direction, Parcel, ParcelLine, Purpose
from shop import clock
from shop.couriers.known import find_courier
from shop.crypto import mask_name

MOST_SUMMED = 2000
"""So many of those sent first are summed by courier."""


@dataclass(frozen=True)
class OwedRow:
    """An order whose cash is not in; the recipient is masked."""

    order: Order
    recipient: str
    marks: str
    since: str
    parcels: Sequence[Parcel] = field(default_factory=list)


@dataclass(frozen=True)
class CourierSum:
    """What one courier owes, and since when the first of its orders was sent."""

    courier: str
    count: int
    owed_fen: int
    since: datetime

    @property
    def name(self) -> str:
        known = find_courier(self.courier)
        return known.name if known else self.courier


def list_owed(scope: str) -> "QuerySet[Order]":
    """Orders of this scope that were sent and whose cash a courier has not brought."""
    return real_orders_of(scope).filter(COD_OWED)


def list_of_courier(scope: str, courier: str) -> "QuerySet[Order]":
    """The same of one courier, all of them without one."""
    owed = list_owed(scope)
    return owed.alias(courier=_COURIER).filter(courier=courier) if courier else owed


_PARCELS = ParcelLine.objects.filter(
    order_line__order=OuterRef("pk"),
    parcel__direction=Direction.OUT,
    parcel__purpose=Purpose.ORDER,
    parcel__state__in=HANDED_OVER,
)
_COURIER = Subquery(_PARCELS.order_by("-parcel_id").values("parcel__courier")[:1])
"""Who brought the newest parcel of an order."""


def sum_by_courier(scope: str) -> list[CourierSum]:
    """What each courier owes of the `MOST_SUMMED` orders that were sent first, the largest sum first; one query.

    For what was refused no money comes.
    """
    first = (
        list_owed(scope).filter(is_coming_back=False).order_by("shipped_at", "pk").values("pk")[:MOST_SUMMED]
    )
    rows = real_orders_of(scope).filter(pk__in=first).annotate(courier=_COURIER).values("courier")
    sums = rows.annotate(n=Count("pk"), fen=Sum(F("payable_fen") - F("paid_fen")), first=Min("shipped_at"))
    return [
        CourierSum(row["courier"] or "", row["n"], row["fen"], row["first"]) for row in sums.order_by("-fen")
    ]


def make_rows(orders: Sequence[Order]) -> list[OwedRow]:
    """The rows of one page; one query for their parcels."""
    parcels, now = map_parcels(orders), clock.now()
    return [_make_row(order, parcels.get(order.pk, ()), now) for order in orders]


def _make_row(order: Order, parcels: Sequence[Parcel], now: datetime) -> OwedRow:
    marks = name_marks(order, Together())
    return OwedRow(order, mask_name(order.recipient), marks, say_since(order, now), parcels)


def say_since(order: Order, now: datetime) -> str:
    """For how long the cash of an order is out, counted from its delivery where that is known."""
    if order.arrived_at:
        return _("delivered %(span)s ago") % {"span": describe_span(now - order.arrived_at)}
    return _("sent %(span)s ago") % {"span": describe_span(now - (order.shipped_at or now))}


def map_parcels(orders: Sequence[Order]) -> dict[int, list[Parcel]]:
    """Order id → its parcels that went out, but for exchanges, for which nobody pays; one query."""
    lines: Any = ParcelLine.objects.filter(
        order_line__order__in=orders,
        parcel__direction=Direction.OUT,
        parcel__purpose=Purpose.ORDER,
        parcel__state__in=HANDED_OVER,
    )
    found: dict[int, dict[int, Parcel]] = defaultdict(dict)
    for line in lines.select_related("parcel", "order_line").order_by("parcel_id"):
        found[line.order_line.order_id][line.parcel_id] = line.parcel
    return {order_id: list(parcels.values()) for order_id, parcels in found.items()}
