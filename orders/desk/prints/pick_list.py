"""The pick list: what has to be fetched for many orders, shelf by shelf, and which orders it leaves out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.services.marks import list_marks, mark_reprint
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
class Noted:
    """An order whose goods are to be fetched, and what of it must not be overlooked."""

    order: Order
    marks: list[str]


@dataclass(frozen=True)
class PickList:
    """`marks` are of the paper, `noted` of single orders; `shared`: the numbers of those that go in one parcel."""

    picks: list[Pick]
    orders: list[Order]
    marks: list[str]
    noted: list[Noted]
    left_out: list[LeftOut]
    shared: list[list[str]]

    @property
    def pieces(self) -> int:
        return sum(pick.pieces for pick in self.picks)


def make_pick_list(
    orders: Sequence[Order],
    lines: Mapping[int, list[OrderLine]],
    *,
    copies: Mapping[int, int],
    postponed: Collection[int],
    companions: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> PickList:
    """The list of these orders: id → lines with their SKUs, id → which copy of it this is, ids of postponed ones.

    `companions`: id → numbers of the orders with which one goes in one parcel.
    """
    taken = [order for order in orders if is_to_pick(order)]
    left_out = [LeftOut(order, why) for order in orders if (why := find_obstacle(order))]
    # Printed again as it was, the list says so once.
    numbers = {copies[order.pk] for order in taken}
    marks = mark_reprint(numbers.pop()) if len(numbers) == 1 else []
    noted = [
        Noted(order, found)
        for order in taken
        if (found := _list_marks(order, 0 if marks else copies[order.pk], postponed))
    ]
    return PickList(_group(taken, lines), taken, marks, noted, left_out, _list_shared(taken, companions))


def _list_marks(order: Order, copy: int, postponed: Collection[int]) -> list[str]:
    return list_marks(order, is_postponed=order.pk in postponed) + mark_reprint(copy)


def _list_shared(orders: Iterable[Order], companions: Mapping[int, Sequence[str]]) -> list[list[str]]:
    shared = {tuple(sorted([order.number, *companions.get(order.pk, ())])) for order in orders}
    return sorted(list(numbers) for numbers in shared if len(numbers) > 1)


def _group(orders: Iterable[Order], lines: Mapping[int, list[OrderLine]]) -> list[Pick]:
    """What is to be fetched by shelf, then by name; what has none comes last."""
    picks: dict[int, Pick] = {}
    for order in orders:
        for line in lines.get(order.pk, []):
            if line.to_send:
                name = f"{line.product_name} {line.sku_name}"
                picks.setdefault(line.sku_id, Pick(line.sku, name)).add(order, line)
    return sorted(picks.values(), key=lambda pick: (not pick.sku.shelf, pick.sku.shelf, pick.name))


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
