"""Which parcels the numbers of a courier's sheet mean, with the orders that they are for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from orders.models import Order
from orders.payments.models import Payment
from orders.shipping.models import Direction, FormerNumber, Parcel, ParcelLine, ParcelState, Purpose
from shop.store.choices import PayMethod


@dataclass(frozen=True)
class Found:
    """A parcel with its orders, oldest first, and what was collected for these in cash (fen)."""

    parcel: Parcel
    orders: list[Order]
    collected_fen: int

    @property
    def courier_name(self) -> str:
        return self.parcel.courier_name

    @property
    def numbers(self) -> list[str]:
        return [order.number for order in self.orders]

    @property
    def owed_fen(self) -> int:
        return sum(order.owed_fen for order in self.orders)


def find_parcels(numbers: Collection[str]) -> dict[str, list[Found]]:
    """Number → the parcels that have it, or had it before it was replaced; four queries however many are asked for."""
    parcels = _list_parcels(numbers)
    orders = _map_orders({parcel.pk for _number, parcel in parcels})
    collected = _sum_collected({order.pk for each in orders.values() for order in each})
    found: dict[str, dict[int, Found]] = defaultdict(dict)
    for number, parcel in parcels:
        own = orders.get(parcel.pk, [])
        fen = sum(collected.get(order.pk, 0) for order in own)
        found[number][parcel.pk] = Found(parcel, own, fen)
    return {number: list(by_parcel.values()) for number, by_parcel in found.items()}


def _list_parcels(numbers: Collection[str]) -> list[tuple[str, Parcel]]:
    """Each number with a live parcel; one that a parcel had before counts where no parcel has it now."""
    live = Parcel.objects.exclude(state__in=(ParcelState.UNDONE, ParcelState.MADE)).filter(
        direction=Direction.OUT, purpose=Purpose.ORDER
    )
    now = [(parcel.tracking_no, parcel) for parcel in live.filter(tracking_no__in=numbers)]
    left = set(numbers) - {number for number, _parcel in now}
    former = FormerNumber.objects.filter(tracking_no__in=left, parcel__in=live).select_related("parcel")
    return now + [(row.tracking_no, row.parcel) for row in former]


def _map_orders(parcel_ids: Collection[int]) -> dict[int, list[Order]]:
    lines: Any = ParcelLine.objects.filter(parcel__in=parcel_ids).select_related("order_line__order")
    found: dict[int, dict[int, Order]] = defaultdict(dict)
    for line in lines.order_by("order_line__order_id"):
        found[line.parcel_id][line.order_line.order_id] = line.order_line.order
    return {parcel_id: list(orders.values()) for parcel_id, orders in found.items()}


def _sum_collected(order_ids: Iterable[int]) -> dict[int, int]:
    cash = Payment.objects.filter(order__in=order_ids, method=PayMethod.COD, counts=True).order_by()
    return dict(cash.values("order").annotate(fen=Sum("amount_fen")).values_list("order", "fen"))
