"""How the parcels of an order get to their couriers, said for many orders at once."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.collections.models import Collection, CollectionState
from orders.collections.services.asking import Window, ask_collection, hand_over
from orders.collections.waiting import list_left
from shop.actor import Actor
from shop.errors import Refused


@dataclass(frozen=True)
class Wish:
    """With a `window` providers call the couriers, to the `sender_id` or where each label was had; else `how` it went.

    With a `courier` only its parcels are meant.
    """

    how: CollectionState
    window: Window | None = None
    sender_id: int | None = None
    courier: str = ""


def hand_over_whole(order_id: int, *, wish: Wish, actor: Actor) -> list[Collection]:
    """Hand over all parcels of an order that wait, or none; what was said already is the answer to the same wish.

    Raises Refused `nothing_to_hand_over`, and as `ask_collection` and `hand_over` do.
    """
    with transaction.atomic():
        parcels = list_left(order_id, wish.courier)
        if not parcels:
            raise Refused("nothing_to_hand_over", _("No parcel of this order waits for its courier."))
        return [_hand_over(parcel.pk, order_id, wish, actor) for parcel in parcels]


def _hand_over(parcel_id: int, order_id: int, wish: Wish, actor: Actor) -> Collection:
    if wish.window is None:
        return hand_over(parcel_id, order_id=order_id, how=wish.how, actor=actor)
    return ask_collection(
        parcel_id, order_id=order_id, window=wish.window, sender_id=wish.sender_id, actor=actor
    )
