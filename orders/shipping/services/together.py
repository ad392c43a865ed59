"""Shipping several orders of one buyer as one parcel."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.destinations import is_same_recipient
from orders.models import Order
from orders.moves import lock_order
from orders.shipping.services.bundled import find_left
from orders.shipping.services.ship import NewParcel, send_parcels
from shop.actor import Actor
from shop.errors import Refused


def ship_together(
    order_id: int,
    *,
    others: Collection[int],
    parcels: Sequence[NewParcel],
    actor: Actor,
    expected_version: int | None = None,
) -> Order:
    """Ship an order as `ship_order` does, and what is left of `others` (order ids) in its first parcel; all or none.

    Raises Refused `other_recipient` naming an order that does not go to the same person at the same address, and as
    `ship_order` does for each.
    """
    with transaction.atomic():
        orders = {
            pk: lock_order(
                pk,
                "order.ship_part",
                actor=actor,
                expected_version=expected_version if pk == order_id else None,
            )
            for pk in sorted({order_id, *others})
        }
        lead = orders.pop(order_id)
        send_together(lead, list(orders.values()), parcels, actor=actor)
    return lead


def send_together(
    lead: Order, others: Sequence[Order], parcels: Sequence[NewParcel], *, actor: Actor
) -> None:
    """As `ship_together` for orders that were locked in pk order."""
    check_recipients(lead, others)
    orders = [lead, *others]
    left = find_left(orders)
    shared = [replace(parcels[0], may_join=True, quantities={}, photo_ids=())] if parcels else []
    for order in orders:
        own = parcels if order is lead else shared
        rest = [other for other in orders if other is not order]
        send_parcels(order, own, actor=actor, together=rest, left=left)


def check_recipients(lead: Order, others: Collection[Order]) -> None:
    """Raise Refused `other_recipient` naming the first of these that does not go where `lead` goes."""
    for order in others:
        if not is_same_recipient(lead, order) or order.delivery != lead.delivery:
            message = _("Order %(number)s goes to another recipient or address: ship it by itself.")
            raise Refused("other_recipient", message % {"number": order.number}, order=order.number)
