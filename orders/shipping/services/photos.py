"""Packing photos: what went into a parcel, as its packer saw it. Staff send the pictures first, then name them here."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import move
from orders.shipping.models import Parcel, ParcelPhoto, ParcelState
from orders.shipping.services.attaching import attach_photos
from orders.shipping.services.ship import NO_PAGE, Seen, locked_parcel
from shop.actor import Actor
from shop.errors import Refused
from shop.files.services import delete_picture


def add_photos(parcel_id: int, *, picture_ids: Sequence[int], actor: Actor, seen: Seen = NO_PAGE) -> Order:
    """Add photos to a parcel that was sent, until its goods are received; the order seen or the first is returned.

    Raises Refused `not_found`, `parcel_not_sent`, `parcel_undone`, `no_photo`, `too_many_photos`, `bad_photos`.
    """
    if not picture_ids:
        raise Refused("no_photo", _("Take or choose a photo first."), 400)
    with locked_parcel(parcel_id, "order.photograph", actor, seen) as (parcel, orders):
        _check_not_undone(parcel)
        attach_photos(parcel, picture_ids, actor)
        _tell(orders, "order.photograph", parcel, len(set(picture_ids)), actor)
    return orders[0]


def remove_photo(photo_id: int, *, actor: Actor, seen: Seen = NO_PAGE) -> Order:
    """Delete one photo and its file, until the goods are received. Raises Refused `not_found`, as `add_photos`."""
    parcel_id = ParcelPhoto.objects.filter(pk=photo_id).values_list("parcel_id", flat=True).first()
    if parcel_id is None:
        raise _missing()
    with locked_parcel(parcel_id, "order.remove_photo", actor, seen) as (parcel, orders):
        photo = ParcelPhoto.objects.select_related("picture").filter(pk=photo_id).first()
        if photo is None:
            raise _missing()
        delete_picture(photo.picture)
        _tell(orders, "order.remove_photo", parcel, 1, actor)
    return orders[0]


def _missing() -> Refused:
    return Refused("not_found", _("There is no such photo any more."), 404)


def _check_not_undone(parcel: Parcel) -> None:
    if parcel.state == ParcelState.UNDONE:
        raise Refused("parcel_undone", _("This parcel has already been undone."))


def _tell(orders: Sequence[Order], verb: str, parcel: Parcel, photos: int, actor: Actor) -> None:
    for order in orders:
        move(order, verb, actor=actor, data={"parcel": parcel.pk, "photos": photos})
