"""Which pieces of an order its buyer has, by line and SKU, and which of them come back."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.shipping.models import HANDED_OVER, Direction, ParcelLine, ParcelState, Purpose
from shop.actor import Actor
from shop.catalog.stock.changes import return_stock
from shop.errors import Refused
from shop.events.models import Event
from shop.words import fill

Pieces = Mapping[int, int]
"""Line id → pieces."""
TAKING = ("order.take_back", "order.close_returned")
"""Verbs by which pieces of an order come back."""


@dataclass(frozen=True)
class Back:
    """Pieces of one line that are taken in as one SKU; of these `scrapped` are fit for nobody."""

    line: OrderLine
    sku_id: int
    pieces: int
    scrapped: int = 0


@dataclass(frozen=True)
class Told:
    """What the record says of pieces of one line that came back; `sku_id` is 0 for the line's own."""

    order_id: int
    line_id: int
    pieces: int
    scrapped: int
    sku_id: int


def list_taken(order_ids: Collection[int]) -> Iterator[Told]:
    """All that came back of these orders, as their events say; one query."""
    events = Event.objects.filter(kind=Order.subject_kind, subject_id__in=order_ids, verb__in=TAKING)
    for order_id, data in events.values_list("subject_id", "data"):
        scrapped = data.get("scrapped", {})
        of_lines = ((int(pk), n, scrapped.get(pk, 0), 0) for pk, n in data.get("lines", {}).items())
        for told in data.get("by_sku") or of_lines:
            yield Told(order_id, *told)


def read_out(order: Order, lines: Sequence[OrderLine]) -> dict[int, Counter[int]]:
    """Line id → SKU id → pieces of it that the buyer has, or that are on their way."""
    own = {line.pk: line.sku_id for line in lines}
    out = {line.pk: Counter({line.sku_id: line.shipped}) for line in lines}
    for row in find_exchanged([order.pk]):
        out[row.order_line_id][row.sku_id or own[row.order_line_id]] += row.quantity
    for told in list_taken([order.pk]):
        out[told.line_id][told.sku_id or own[told.line_id]] -= told.pieces
    return out


def find_exchanged(order_ids: Collection[int]) -> "QuerySet[ParcelLine]":
    """The goods in live exchange parcels of these orders."""
    return ParcelLine.objects.filter(
        order_line__order__in=order_ids,
        parcel__purpose=Purpose.EXCHANGE,
        parcel__direction=Direction.OUT,
        parcel__state__in=HANDED_OVER,
    ).order_by("pk")


def split_by_sku(line: OrderLine, out: Mapping[int, int], pieces: int, scrapped: int) -> list[Back]:
    """As which SKUs pieces of a line come back: its own as long as the buyer has some, then what was sent for it.

    Raises Refused `more_than_sent`.
    """
    goods, left, to_scrap = [], pieces, scrapped
    for sku_id in sorted(out, key=lambda each: (each != line.sku_id, each)):
        taken = min(left, out[sku_id])
        if taken > 0:
            gone = min(to_scrap, taken)
            goods.append(Back(line, sku_id, taken, gone))
            left, to_scrap = left - taken, to_scrap - gone
    if left:
        raise refuse_more(line, pieces - left)
    return goods


def count_announced(order: Order) -> Counter[int]:
    """Line id → pieces in parcels on their way back, which nobody has taken in."""
    rows = ParcelLine.objects.filter(
        order_line__order=order,
        parcel__direction=Direction.BACK,
        parcel__state__in=(ParcelState.SENT, ParcelState.ARRIVED),
    )
    counted: Counter[int] = Counter()
    for line_id, pieces in rows.values_list("order_line_id", "quantity"):
        counted[line_id] += pieces
    return counted


def choose_pieces(wanted: Pieces, lines: Mapping[int, OrderLine]) -> dict[int, int]:
    """The pieces that were chosen. Raises Refused `nothing_chosen` (400), `not_found` (404), `bad_pieces` (400)."""
    check_pieces(wanted.values())
    chosen = {pk: pieces for pk, pieces in sorted(wanted.items()) if pieces}
    if not chosen:
        raise Refused("nothing_chosen", _("Choose which goods come back."), 400)
    if chosen.keys() - lines.keys():
        raise Refused("not_found", _("There is no such line in this order."), 404)
    return chosen


def check_pieces(pieces: Iterable[int]) -> None:
    """Raise Refused `bad_pieces` (400) for less than none."""
    if min(pieces, default=0) < 0:
        raise Refused("bad_pieces", _("Choose a number of pieces."), 400)


def refuse_more(line: OrderLine, left: int) -> Refused:
    """No more comes back than the buyer has."""
    message = _("Of “%(line)s” only %(left)d can come back.")
    return Refused("more_than_sent", fill(message, {"line": line.product_name, "left": max(left, 0)}))


def count_back(goods: Sequence[Back]) -> None:
    """Count pieces that came back in their lines."""
    for each in goods:
        each.line.returned += each.pieces
        each.line.save(update_fields=["returned"])


def put_on_shelf(order: Order, goods: Sequence[Back], *, actor: Actor) -> None:
    """Let pieces be sold again, but for those to be scrapped; after numbers and parcels, as all that locks stock."""
    back: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for each in goods:
        back[each.sku_id] += each.pieces
        gone[each.sku_id] += each.scrapped
    return_stock(+back, +gone, order_id=order.pk, actor=actor)


def describe_goods(goods: Sequence[Back]) -> dict[str, Any]:
    """What events say of them: pieces by line, and by SKU too where some are not of the line's own."""
    lines: Counter[str] = Counter()
    scrapped: Counter[str] = Counter()
    for each in goods:
        lines[str(each.line.pk)] += each.pieces
        scrapped[str(each.line.pk)] += each.scrapped
    told: dict[str, Any] = {"lines": dict(lines)}
    if +scrapped:
        told["scrapped"] = dict(+scrapped)
    if any(each.sku_id != each.line.sku_id for each in goods):
        told["by_sku"] = [[each.line.pk, each.pieces, each.scrapped, each.sku_id] for each in goods]
    return told
