"""Shipping what several orders have in one parcel, of each so many pieces as somebody says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from orders.models import Order
from orders.moves import lock_order
from orders.shipping.services.bundled import find_left
from orders.shipping.services.ship import NewParcel, send_parcels, ship_order
from orders.shipping.services.together import check_recipients
from shop.actor import Actor
from shop.database.prepared import prepared


@dataclass(frozen=True)
class Share:
    """What one order has in a parcel, and the version of the order when that was found possible."""

    order_id: int
    version: int
    parcel: NewParcel


def ship_shares(shares: Sequence[Share], *, actor: Actor) -> None:
    """Ship the shares of one parcel, all or none; each of another order, to one recipient.

    Raises Refused `other_recipient`, and as `ship_order` does for each, also where an order has moved meanwhile.
    """
    if len(shares) == 1:
        (share,) = shares
        ship_order(share.order_id, parcels=[share.parcel], actor=actor, expected_version=share.version)
        return
    with prepared(), transaction.atomic():
        in_order = sorted(shares, key=lambda share: share.order_id)
        orders = [_lock(share, actor) for share in in_order]
        check_recipients(orders[0], orders[1:])
        left = find_left(orders)
        for order, share in zip(orders, in_order, strict=True):
            rest = [other for other in orders if other is not order]
            parcel = replace(share.parcel, may_join=True)
            send_parcels(order, [parcel], actor=actor, together=rest, left=left)


def _lock(share: Share, actor: Actor) -> Order:
    return lock_order(share.order_id, "order.ship_part", actor=actor, expected_version=share.version)
