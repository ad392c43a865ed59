"""Pictures that buyers, or staff in their place, put to an after-sale."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from aftersales.models import MAX_PICTURES, Aftersale, AftersalePicture
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.files.models import Picture


def add_pictures(aftersale: Aftersale, picture_ids: Sequence[int], *, actor: Actor) -> None:
    """Put pictures to it that the actor has sent before, and that nothing names yet.

    Raises Refused `bad_pictures` (400).
    """
    AftersalePicture.objects.bulk_create(
        AftersalePicture(aftersale=aftersale, picture=picture)
        for picture in _read_pictures(aftersale, set(picture_ids), actor)
    )


def _read_pictures(aftersale: Aftersale, chosen: set[int], actor: Actor) -> list[Picture]:
    if len(chosen) > MAX_PICTURES:
        message = _("At most %(most)d pictures can be sent.") % {"most": MAX_PICTURES}
        raise Refused("bad_pictures", message, 400)
    sent_by = (
        {"staff_id": actor.id}
        if actor.kind == ActorKind.STAFF
        else {"customer_id": aftersale.order.customer_id}
    )
    pictures = list(Picture.objects.select_for_update().filter(pk__in=chosen, **sent_by).order_by("pk"))
    if len(pictures) != len(chosen) or AftersalePicture.objects.filter(picture__in=chosen).exists():
        raise Refused("bad_pictures", _("A picture is missing. Upload it again."), 400)
    return pictures
