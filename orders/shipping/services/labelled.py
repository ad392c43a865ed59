"""Shipping what has its e-waybill, without anybody typing a number."""

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order
from orders.shipping.services.ship import NewParcel, send_parcels
from orders.waybills.models import Waybill
from orders.waybills.selectors import list_held
from shop.actor import Actor
from shop.errors import Refused


def ship_labelled(order_id: int, *, actor: Actor) -> Order:
    """Send a parcel for each e-waybill of the order that waits for one, with what it was asked for.

    Raises Refused `label_missing`, `label_not_ready`, and as `ship_order` does.
    """
    with locked_order(order_id, "order.ship_part", actor) as order:
        held = list_held(order_id)
        if not held:
            raise Refused("label_missing", _("This order has no e-waybill yet."))
        send_parcels(order, [_make_parcel(waybill) for waybill in held], actor=actor)
    return order


def _make_parcel(waybill: Waybill) -> NewParcel:
    if not waybill.tracking_no:
        raise Refused("label_not_ready", _("The e-waybill of this order has no number yet."))
    contents = {int(line_id): pieces for line_id, pieces in waybill.contents.items()}
    return NewParcel(waybill.courier, waybill.tracking_no, contents)
