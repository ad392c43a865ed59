"""The pick list: what has to be fetched for many orders, shelf by shelf, and which orders it leaves out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.stages import IN_HAND, Stage
from shop.catalog.models import Sku


@dataclass
class Pick:
    """One SKU: for whom how many pieces, and how many of them are not in stock."""

    sku: Sku
    name: str
    pieces: int = 0
    short: int = 0
    orders: list[tuple[Order, int]] = field(default_factory=list)

    def add(self, order: Order, line: OrderLine) -> None:
        """Take the pieces of one more line."""
        self.pieces += line.to_send
        self.short += line.short
        self.orders.append((order, line.to_send))


@dataclass(frozen=True)
class LeftOut:
    """An order whose goods nobody should fetch, and why."""

    order: Order
    why: Any


@dataclass(frozen=True)
class PickList:
    """`shared`: the numbers of the orders that go in one parcel, for each such parcel."""

    picks: list[Pick]
    orders: list[Order]
    left_out: list[LeftOut]
    shared: list[list[str]]

    @property
    def pieces(self) -> int:
        return sum(pick.pieces for pick in self.picks)


def make_pick_list(
    orders: Iterable[Order],
    lines: Mapping[int, list[OrderLine]],
    companions: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> PickList:
    """Group the lines of the orders (id → lines, with their SKUs) by shelf, then by name; what has none comes last.

    `companions`: id → numbers of the orders with which one goes in one parcel.
    """
    picks: dict[int, Pick] = {}
    taken = [order for order in orders if is_to_pick(order)]
    for order in taken:
        for line in lines.get(order.pk, []):
            if line.to_send:
                name = f"{line.product_name} {line.sku_name}"
                picks.setdefault(line.sku_id, Pick(line.sku, name)).add(order, line)
    by_shelf = sorted(picks.values(), key=lambda pick: (not pick.sku.shelf, pick.sku.shelf, pick.name))
    left_out = [LeftOut(order, why) for order in orders if (why := find_obstacle(order))]
    shared = {tuple(sorted([order.number, *companions.get(order.pk, ())])) for order in taken}
    return PickList(
        by_shelf, taken, left_out, sorted(list(numbers) for numbers in shared if len(numbers) > 1)
    )


def is_to_pick(order: Order) -> bool:
    """Whether its goods are to be fetched now."""
    return not find_obstacle(order)


def find_obstacle(order: Order) -> Any:
    """Why nobody should fetch its goods, "" where somebody should."""
    if order.stage == Stage.UNPAID:
        return _("not paid yet")
    if order.stage == Stage.CLOSED:
        return _("closed")
    if order.is_held:
        return _("on hold")
    return "" if order.stage in IN_HAND and order.pieces_to_send else _("nothing left to send")
