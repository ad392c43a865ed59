"""Which pieces of an order its buyer has, by line and SKU, and which of them come back."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
        skus, scrapped = data.get("sku_ids", {}), data.get("scrapped", {})
        for line_id, pieces in data.get("lines", {}).items():
            yield Told(order_id, int(line_id), pieces, scrapped.get(line_id, 0), skus.get(line_id, 0))


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


def choose_sku(line: OrderLine, out: Mapping[int, int], pieces: int) -> int:
    """As which SKU pieces of a line come back: the line's own as long as the buyer has so many of it.

    Raises Refused `more_than_sent`.
    """
    has_so_many = sorted(sku_id for sku_id, n in out.items() if n >= pieces)
    if not has_so_many:
        raise refuse_more(line, max(out.values(), default=0))
    return line.sku_id if line.sku_id in has_so_many else has_so_many[0]


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


def describe_goods(goods: Sequence[Back]) -> dict[str, dict[str, int]]:
    """What events say of them; a line may stand there once."""
    told = {"lines": {str(each.line.pk): each.pieces for each in goods}}
    scrapped = {str(each.line.pk): each.scrapped for each in goods if each.scrapped}
    other = {str(each.line.pk): each.sku_id for each in goods if each.sku_id != each.line.sku_id}
    return told | ({"scrapped": scrapped} if scrapped else {}) | ({"sku_ids": other} if other else {})
