"""The parcels on the page of an order: what is in each, where it is, and what can be done to it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef

from orders.collections.models import Collection
from orders.desk.collections.ways import HandOver, list_ways
from orders.models import Order, OrderLine
from orders.shipping.models import (
    HANDED_OVER,
    Direction,
    Intercept,
    Parcel,
    ParcelLine,
    ParcelPhoto,
    ParcelState,
    Purpose,
)
from orders.stages import Stage
from orders.tracking.models import Tracking
from orders.tracking.selectors import map_journeys
from shop.access import has_capability
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.couriers.known import find_courier
from shop.couriers.selectors import find_called_couriers
from shop.database.kept import KeptQuery, Param

_ORDER = Param("order", models.BigIntegerField())
_PARCEL_LINES = KeptQuery(
    lambda: (
        ParcelLine.objects.select_related("parcel", "sku")
        .annotate(
            has_photos=Exists(ParcelPhoto.objects.filter(parcel=OuterRef("parcel"))),
            has_intercepts=Exists(Intercept.objects.filter(parcel=OuterRef("parcel"))),
            is_callable=Exists(find_called_couriers().filter(code=OuterRef("parcel__courier"))),
            has_journey=Exists(Tracking.objects.filter(parcel=OuterRef("parcel"))),
            has_collections=Exists(Collection.objects.filter(parcel=OuterRef("parcel"))),
        )
        .filter(order_line__order=_ORDER)
        .order_by("parcel_id", "order_line_id")
    )
)


@dataclass(frozen=True)
class ParcelView:
    """A parcel with what is in it and what can be done to it."""

    parcel: Parcel
    contents: list[tuple[str, int]]
    can_undo: bool
    can_arrive: bool
    can_replace: bool
    can_photograph: bool
    photos: list[ParcelPhoto]
    intercepts: list[Intercept]
    hand_over: HandOver
    journey: Tracking | None
    courier_phone: str

    @property
    def is_back(self) -> bool:
        return self.parcel.direction == Direction.BACK

    @property
    def is_exchange(self) -> bool:
        return self.parcel.purpose == Purpose.EXCHANGE


def list_parcel_views(
    order: Order, lines: list[OrderLine], available: dict[str, Any], actor: Actor
) -> list[ParcelView]:
    """All parcels of an order, those that were undone or given up too, the first made first."""
    by_id = {line.pk: line for line in lines}
    parcels: dict[int, Parcel] = {}
    contents: dict[int, list[tuple[str, int]]] = {}
    photographed: set[int] = set()
    intercepted: set[int] = set()
    collected: set[int] = set()
    callable_ids: set[int] = set()
    followed: set[int] = set()
    rows: list[Any] = [*_PARCEL_LINES.fetch(order=order.pk)]
    for row in rows:
        parcel = parcels.setdefault(row.parcel_id, row.parcel)
        contents.setdefault(parcel.pk, []).append(
            (_name_goods(by_id[row.order_line_id], row.sku), row.quantity)
        )
        photographed |= {parcel.pk} if row.has_photos else set()
        intercepted |= {parcel.pk} if row.has_intercepts else set()
        collected |= {parcel.pk} if row.has_collections else set()
        followed |= {parcel.pk} if row.has_journey else set()
        callable_ids |= {parcel.pk} if row.is_callable else set()
    photos = _group(ParcelPhoto.objects.select_related("picture"), photographed)
    intercepts = _group(Intercept.objects.all(), intercepted)
    collections = _group(Collection.objects.all(), collected)
    journeys = map_journeys(followed) if followed else {}
    ways = list_ways(
        parcels.values(),
        collections,
        callable_ids,
        is_allowed="order.hand_over" in available,
        may_end=has_capability(actor, "orders.ship"),
        is_received=order.stage == Stage.DONE,
    )
    return [
        _view_parcel(
            parcel,
            contents[parcel.pk],
            available,
            photos[parcel.pk],
            intercepts[parcel.pk],
            ways[parcel.pk],
            journeys.get(parcel.pk),
        )
        for parcel in parcels.values()
    ]


def _name_goods(line: OrderLine, sku: Sku | None) -> str:
    """What is in a parcel; `sku` where something else than was ordered is sent in exchange."""
    return f"{line.product_name} {sku.name if sku else line.sku_name}".strip()


def _group(rows: "models.QuerySet[Any]", parcel_ids: set[int]) -> dict[int, list[Any]]:
    """Parcel id → what hangs on it; one query, none where nothing does."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.filter(parcel__in=parcel_ids).order_by("pk") if parcel_ids else ():
        found[row.parcel_id].append(row)
    return found


def _view_parcel(
    parcel: Parcel,
    contents: list[tuple[str, int]],
    available: dict[str, Any],
    photos: list[ParcelPhoto],
    intercepts: list[Intercept],
    hand_over: HandOver,
    journey: Tracking | None,
) -> ParcelView:
    is_out, courier = parcel.direction == Direction.OUT, find_courier(parcel.courier)
    is_sent, is_exchange = is_out and parcel.state == ParcelState.SENT, parcel.purpose == Purpose.EXCHANGE
    arrive = "order.exchange_arrive" if is_exchange else "order.arrive"
    return ParcelView(
        parcel=parcel,
        contents=contents,
        can_undo=is_sent and not is_exchange and not parcel.has_moved and "order.undo_ship" in available,
        can_arrive=is_sent and arrive in available,
        can_replace=is_sent and bool(parcel.tracking_no) and "order.replace_number" in available,
        can_photograph=is_out and parcel.state in HANDED_OVER and "order.photograph" in available,
        photos=photos,
        intercepts=intercepts,
        hand_over=hand_over,
        journey=journey,
        courier_phone=courier.phone if courier and is_sent else "",
    )
