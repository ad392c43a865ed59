"""An order that was refused at the door: every piece is back, nothing was paid, and it closes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import locked_order, move
from orders.services.fulfilment import close_changes
from orders.shipping.models import HANDED_OVER, Parcel, ParcelState
from orders.shipping.selectors import list_parcels
from orders.shipping.services.lapsing import lapse_intercept
from orders.shipping.services.numbers import lock_numbers
from orders.stages import CloseReason
from shop import clock
from shop.actor import Actor
from shop.catalog.stock.changes import return_stock
from shop.errors import Refused
from shop.events.services import seal_words
from shop.words import fill

LONGEST = 200
Pieces = Mapping[int, int]
"""Line id → pieces."""


def close_returned(
    order_id: int, *, scrapped: Pieces, reason: str, actor: Actor, expected_version: int | None = None
) -> Order:
    """Close a cash-on-delivery order of which every parcel was refused and is back with us.

    Its pieces go on sale again, but for those that are `scrapped`. A parcel that it shares with other orders is back
    for these too; each is closed by itself. Raises Refused `reason_required` (400), `not_all_back`, `bad_pieces` (400),
    `money_is_in` and `not_cod` where it is an after-sale.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say why the goods came back."), 400)
    with locked_order(order_id, "order.close_returned", actor, expected_version) as order:
        _take_parcels(order, actor)
        lines = list(order.lines.filter(shipped__gt=F("returned")).order_by("sku_id", "pk"))
        gone = _check_pieces(lines, scrapped)
        _return_goods(order, lines, gone, actor)
        changes = close_changes(CloseReason.RETURNED) | {"pieces_returned": order.pieces_shipped}
        sealed = seal_words(order, reason=reason.strip()[:LONGEST])
        data = _tell(lines, gone)
        move(order, "order.close_returned", actor=actor, changes=changes, data=data, sealed=sealed)
    return order


def _take_parcels(order: Order, actor: Actor) -> None:
    """Mark the parcels of a locked order as back. Raises Refused `not_all_back`."""
    found = list_parcels(order).filter(state__in=HANDED_OVER)
    lock_numbers(found.values_list("courier", "tracking_no"))
    parcels = list(
        Parcel.objects.select_for_update(no_key=True).filter(pk__in=found.values("pk")).order_by("pk")
    )
    for parcel in parcels:
        if parcel.turned_back_at is None:
            message = _("%(parcel)s was not refused, as far as the shop knows.")
            raise Refused("not_all_back", fill(message, {"parcel": str(parcel)}))
    for parcel in parcels:
        if parcel.state != ParcelState.RETURNED:
            parcel.state, parcel.returned_at = ParcelState.RETURNED, clock.now()
            parcel.save(update_fields=["state", "returned_at"])
            lapse_intercept(parcel, actor)


def _check_pieces(lines: Sequence[OrderLine], scrapped: Pieces) -> dict[int, int]:
    """The pieces to be scrapped, by line. Raises Refused `bad_pieces`."""
    most = {line.pk: line.shipped - line.returned for line in lines}
    chosen = {pk: pieces for pk, pieces in scrapped.items() if pieces}
    if any(not 0 < pieces <= most.get(pk, 0) for pk, pieces in chosen.items()):
        raise Refused("bad_pieces", _("No more can be scrapped than came back."), 400)
    return chosen


def _return_goods(order: Order, lines: Sequence[OrderLine], scrapped: Pieces, actor: Actor) -> None:
    back: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for line in lines:
        back[line.sku_id] += line.shipped - line.returned
        gone[line.sku_id] += scrapped.get(line.pk, 0)
    return_stock(back, +gone, order_id=order.pk, actor=actor)
    order.lines.update(returned=F("shipped"))


def _tell(lines: Sequence[OrderLine], scrapped: Pieces) -> dict[str, Any]:
    back = {str(line.pk): line.shipped - line.returned for line in lines}
    told: dict[str, Any] = {"lines": back}
    return told | ({"scrapped": {str(pk): pieces for pk, pieces in scrapped.items()}} if scrapped else {})
