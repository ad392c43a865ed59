"""Giving pictures that staff have sent to a parcel whose orders are locked."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from orders.shipping.models import MAX_PHOTOS, Parcel, ParcelPhoto
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.files.models import Picture


def attach_photos(parcel: Parcel, picture_ids: Sequence[int], actor: Actor) -> None:
    """Make photos of a parcel out of pictures that the actor sent. Its orders are locked.

    Raises Refused `too_many_photos`, `bad_photos` (400) for what is not theirs, is used already, or was forgotten.
    """
    chosen = sorted(set(picture_ids))
    if parcel.photos.count() + len(chosen) > MAX_PHOTOS:
        message = _("A parcel has at most %(most)d photos.") % {"most": MAX_PHOTOS}
        raise Refused("too_many_photos", message, 400)
    # Locked, so that none of them is forgotten meanwhile.
    sent = Picture.objects.select_for_update().filter(pk__in=chosen, staff_id=actor.id).order_by("pk")
    if len(sent) != len(chosen) or ParcelPhoto.objects.filter(picture__in=chosen).exists():
        raise Refused("bad_photos", _("A photo is missing. Take or choose it again."), 400)
    moment = clock.now()
    ParcelPhoto.objects.bulk_create(
        ParcelPhoto(parcel=parcel, picture=picture, added_at=moment) for picture in sent
    )
