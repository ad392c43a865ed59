"""Shipping what has its e-waybill, without anybody typing a number."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.companions import list_companions
from orders.models import Order
from orders.moves import lock_order, locked_order
from orders.selectors import read_order
from orders.shipping.services.ship import NewParcel, send_parcels
from orders.shipping.services.together import send_together
from orders.stages import Stage
from orders.waybills.models import Waybill
from orders.waybills.selectors import list_held
from shop.actor import Actor
from shop.errors import Refused


def ship_labelled(order_id: int, *, actor: Actor) -> Order:
    """Send a parcel for each e-waybill of the order that waits for one, with what it was asked for.

    All that is to go together with it goes along; what has gone along before is done. Raises Refused `label_missing`,
    `label_not_ready`, and as `ship_order` does.
    """
    try:
        return _ship(order_id, actor)
    except Refused:
        order = read_order(order_id, actor=actor)
        if order.bundle is None or order.stage != Stage.SHIPPED:
            raise
        return order


def _ship(order_id: int, actor: Actor) -> Order:
    with locked_order(order_id, "order.ship_part", actor) as order:
        companions = list_companions(order)
        if not companions:
            send_parcels(order, _make_parcels(order, _list_labels(order)), actor=actor)
            return order
    return _ship_bundle([order, *companions], actor)


def _ship_bundle(together: Sequence[Order], actor: Actor) -> Order:
    with transaction.atomic():
        ids = sorted(order.pk for order in together)
        orders = {pk: lock_order(pk, "order.ship_part", actor=actor) for pk in ids}
        labels = _list_labels(orders[ids[0]])
        lead = orders.pop(labels[0].order_id)
        send_together(lead, list(orders.values()), _make_parcels(lead, labels), actor=actor)
    return lead


def _list_labels(order: Order) -> list[Waybill]:
    """The one for all that goes together is first."""
    held = sorted(list_held(order), key=lambda waybill: waybill.bundle is None)
    if not held:
        raise Refused("label_missing", _("This order has no e-waybill yet."))
    return held


def _make_parcels(order: Order, labels: Sequence[Waybill]) -> list[NewParcel]:
    shared = any(waybill.bundle for waybill in labels)
    own = set(order.lines.values_list("pk", flat=True)) if shared else None
    return [_make_parcel(waybill, own) for waybill in labels]


def _make_parcel(waybill: Waybill, own: set[int] | None) -> NewParcel:
    """With the lines of `own`; of all others what is left goes along."""
    if not waybill.tracking_no:
        raise Refused("label_not_ready", _("The e-waybill of this order has no number yet."))
    contents = {int(pk): n for pk, n in waybill.contents.items() if own is None or int(pk) in own}
    return NewParcel(waybill.courier, waybill.tracking_no, contents)
