"""A parcel that its buyer did not take: it is on its way back to the shop, or goes to the buyer after all."""

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import move
from orders.shipping.models import Parcel, ParcelState, Purpose
from orders.shipping.selectors import has_turned_back
from orders.shipping.services.ship import NO_PAGE, Seen, describe_parcel, locked_parcel
from shop import clock
from shop.actor import Actor
from shop.errors import Refused


def turn_back(parcel_id: int, *, actor: Actor, seen: Seen = NO_PAGE) -> Order:
    """A parcel was refused: until it goes on after all, none of its orders is received by itself.

    All its orders are moved, the one seen or the first is returned. Raises Refused `not_found`, `parcel_not_sent`,
    `parcel_undone`, `already_refused`.
    """
    with locked_parcel(parcel_id, "order.turn_back", actor, seen) as (parcel, orders):
        if parcel.state == ParcelState.UNDONE:
            raise Refused("parcel_undone", _("This parcel has already been undone."))
        if parcel.turned_back_at is not None:
            raise Refused("already_refused", _("This parcel was refused before."))
        parcel.turned_back_at, parcel.has_moved = clock.now(), True
        parcel.save(update_fields=["turned_back_at", "has_moved"])
        for order in orders:
            changes = {"is_coming_back": True, "has_moved": True}
            move(order, "order.turn_back", actor=actor, changes=changes, data=_tell(parcel))
    return orders[0]


def undo_turn_back(parcel_id: int, *, actor: Actor, seen: Seen = NO_PAGE) -> Order:
    """A parcel that was refused goes to its buyer after all, and the clocks of its orders go on.

    All its orders are moved, the one seen or the first is returned. Raises Refused `not_found`, `parcel_back` once it
    has reached the shop, `not_refused`.
    """
    with locked_parcel(parcel_id, "order.undo_turn_back", actor, seen) as (parcel, orders):
        if parcel.state == ParcelState.RETURNED:
            raise Refused("parcel_back", _("This parcel is back with us."))
        if parcel.turned_back_at is None:
            raise Refused("not_refused", _("This parcel was not refused."))
        parcel.turned_back_at = None
        if parcel.purpose == Purpose.ORDER:
            parcel.case_number = ""
        parcel.save(update_fields=["turned_back_at", "case_number"])
        for order in orders:
            changes = {"is_coming_back": has_turned_back(order)}
            move(order, "order.undo_turn_back", actor=actor, changes=changes, data=_tell(parcel))
    return orders[0]


def _tell(parcel: Parcel) -> dict[str, object]:
    return {"parcels": [describe_parcel(parcel)]}
