"""An order that was refused at the door: every piece is back, nothing was paid, and it closes."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order, move
from orders.services.fulfilment import close_changes
from orders.shipping.models import HANDED_OVER
from orders.shipping.returns.pieces import (
    Back,
    Pieces,
    count_back,
    describe_goods,
    put_on_shelf,
    read_out,
    split_by_sku,
)
from orders.shipping.returns.taking import take_parcels
from orders.shipping.selectors import list_parcels
from orders.stages import CloseReason
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.words import fill

LONGEST = 200


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
        goods = _choose_goods(order, scrapped)
        count_back(goods)
        put_on_shelf(order, goods, actor=actor)
        pieces = sum(each.pieces for each in goods)
        changes = close_changes(CloseReason.RETURNED) | {"pieces_returned": order.pieces_returned + pieces}
        sealed = seal_words(order, reason=reason.strip()[:LONGEST])
        data = describe_goods(goods)
        move(order, "order.close_returned", actor=actor, changes=changes, data=data, sealed=sealed)
    return order


def _take_parcels(order: Order, actor: Actor) -> None:
    """Mark the parcels of a locked order as back. Raises Refused `not_all_back`."""
    found = list_parcels(order).filter(state__in=HANDED_OVER)
    for parcel in found.filter(turned_back_at=None):
        message = _("%(parcel)s was not refused, as far as the shop knows.")
        raise Refused("not_all_back", fill(message, {"parcel": str(parcel)}))
    take_parcels(order, found, actor)


def _choose_goods(order: Order, scrapped: Pieces) -> list[Back]:
    """All that the buyer was sent and has not given back. Raises Refused `bad_pieces`."""
    lines = list(order.lines.filter(shipped__gt=F("returned") - F("resent")).order_by("sku_id", "pk"))
    most = {line.pk: line.shipped + line.resent - line.returned for line in lines}
    chosen = {pk: pieces for pk, pieces in scrapped.items() if pieces}
    if any(not 0 < pieces <= most.get(pk, 0) for pk, pieces in chosen.items()):
        raise Refused("bad_pieces", _("No more can be scrapped than came back."), 400)
    out = read_out(order, list(order.lines.all()))
    split = (split_by_sku(line, out[line.pk], most[line.pk], chosen.get(line.pk, 0)) for line in lines)
    return [each for goods in split for each in goods]
