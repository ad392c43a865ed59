"""Goods that came back are taken in: each piece is sold again or scrapped, and the parcel that brought them is done."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Sum

from orders.models import Order
from orders.moves import check_move, move
from orders.shipping.models import Direction, Parcel, ParcelLine, ParcelState
from orders.shipping.returns.pieces import (
    Back,
    Pieces,
    check_pieces,
    choose_pieces,
    count_back,
    describe_goods,
    put_on_shelf,
    read_out,
    split_by_sku,
)
from orders.shipping.selectors import has_turned_back
from orders.shipping.services.lapsing import lapse_intercept
from orders.shipping.services.numbers import lock_numbers
from orders.shipping.services.ship import describe_parcel
from orders.states import MOVES
from shop import clock
from shop.actor import Actor
from shop.events.services import seal_words

LONGEST = 200
_UNDER_WAY = (ParcelState.SENT, ParcelState.ARRIVED)


def take_back(
    order: Order, restock: Pieces, scrap: Pieces, *, actor: Actor, case_number: str, note: str = ""
) -> None:
    """Take goods of a locked order in for an after-sale: what of each line is sold again, and what is scrapped.

    The parcels that come back for this case are done with it; goods that were brought to the counter have none. Pieces
    of a line are of its own SKU as long as the buyer has that, else of one that was sent in exchange. Raises Refused as
    `check_move`, `nothing_chosen` (400), `not_found` (404), `bad_pieces` (400), `more_than_sent`.
    """
    check_move(order, MOVES["order.take_back"], actor, is_part=True)
    goods = _choose_goods(order, restock, scrap)
    count_back(goods)
    pieces = sum(each.pieces for each in goods)
    found = _find_of_case(order, case_number, pieces) | _find_given_back(order)
    parcels = take_parcels(order, Parcel.objects.filter(pk__in=found), actor)
    put_on_shelf(order, goods, actor=actor)
    changes = {
        "pieces_returned": order.pieces_returned + pieces,
        "is_coming_back": order.is_coming_back and has_turned_back(order),
    }
    data: dict[str, Any] = {"case_number": case_number, **describe_goods(goods)}
    data |= {"parcels": [describe_parcel(parcel) for parcel in parcels]} if parcels else {}
    sealed = seal_words(order, note=note.strip()[:LONGEST]) if note.strip() else ""
    move(order, "order.take_back", actor=actor, changes=changes, data=data, sealed=sealed)


def _choose_goods(order: Order, restock: Pieces, scrap: Pieces) -> list[Back]:
    lines = {line.pk: line for line in order.lines.order_by("pk")}
    check_pieces([*restock.values(), *scrap.values()])
    chosen = choose_pieces(Counter(restock) + Counter(scrap), lines)
    out = read_out(order, list(lines.values()))
    split = (split_by_sku(lines[pk], out[pk], n, scrap.get(pk, 0)) for pk, n in chosen.items())
    return [each for goods in split for each in goods]


def _find_of_case(order: Order, case_number: str, pieces: int) -> set[int]:
    """The parcels that bring so many pieces back for a case, by id; one that its buyer refused is that of its case."""
    of_case = Parcel.objects.filter(case_number=case_number, lines__order_line__order=order)
    refused = of_case.filter(direction=Direction.OUT, turned_back_at__isnull=False)
    back = of_case.filter(direction=Direction.BACK, state__in=_UNDER_WAY)
    sums = back.annotate(pieces=Sum("lines__quantity")).order_by()
    return set(refused.values_list("pk", flat=True)) | _choose_brought(sums, pieces)


def _choose_brought(parcels: Iterable[Any], pieces: int) -> set[int]:
    """Those that have arrived, where no more was taken in than they hold; else all that are on their way."""
    known = list(parcels)
    there = [parcel for parcel in known if parcel.state == ParcelState.ARRIVED]
    is_enough = bool(there) and pieces <= sum(parcel.pieces for parcel in there)
    return {parcel.pk for parcel in (there if is_enough else known)}


def _find_given_back(order: Order) -> set[int]:
    """Refused parcels of which the buyer has nothing any more, whatever was said of them."""
    rows = ParcelLine.objects.filter(
        order_line__order=order, parcel__turned_back_at__isnull=False, taken_at=None
    )
    lines = list(rows.select_related("order_line"))
    return {row.parcel_id for row in lines} - {row.parcel_id for row in lines if _is_out(row)}


def _is_out(row: ParcelLine) -> bool:
    line = row.order_line
    return line.returned < line.shipped + line.resent


def take_parcels(order: Order, found: "QuerySet[Parcel]", actor: Actor) -> list[Parcel]:
    """Mark these parcels of a locked order as back, and what they hold of it as taken in; those that were not yet."""
    ids = set(found.filter(state__in=(*_UNDER_WAY, ParcelState.RETURNED)).values_list("pk", flat=True))
    lock_numbers(Parcel.objects.filter(pk__in=ids).values_list("courier", "tracking_no"))
    parcels = list(Parcel.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    return [parcel for parcel in parcels if _take(parcel, order, actor)]


def _take(parcel: Parcel, order: Order, actor: Actor) -> bool:
    own = parcel.lines.filter(order_line__order=order, taken_at=None)
    is_new = bool(own.update(taken_at=clock.now()))
    if parcel.state != ParcelState.RETURNED:
        parcel.state, parcel.returned_at = ParcelState.RETURNED, clock.now()
        parcel.save(update_fields=["state", "returned_at"])
        lapse_intercept(parcel, actor)
    return is_new
