"""Pictures on a form: those that stand there already, in the order typed, and those uploaded with it."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.files.models import Picture
from shop.files.services import MAX_BYTES, store_picture
from shop.http.api.fields import read_id


def list_posted(request: HttpRequest, *, salt: str, most: int) -> list[int]:
    """Ids of the pictures that stand on the form and shall stay, in the order typed.

    They are signed: a forged id could show a picture that belongs elsewhere.
    """
    signer = signing.Signer(salt=salt)
    kept: list[tuple[int, int, int]] = []
    for at, signed in enumerate(request.POST.getlist("picture")[:most]):
        try:
            picture_id = int(signer.unsign(signed))
        except (signing.BadSignature, ValueError):
            continue
        if f"remove-{picture_id}" not in request.POST:
            place = max(read_id(request.POST.get(f"place-{picture_id}", "")), 0)
            kept.append((place, at, picture_id))
    return [picture_id for _place, _at, picture_id in sorted(kept)]


def take_posted(request: HttpRequest, *, salt: str, most: int) -> list[int]:
    """The pictures that stay, then those uploaded now. Raises Refused `too_many_pictures`, and as `store_picture`."""
    kept = list_posted(request, salt=salt, most=most)
    files = request.FILES.getlist("pictures")
    check_count(len(kept) + len(files), most)
    return list(dict.fromkeys([*kept, *(store_picture(file.read(MAX_BYTES + 1)).pk for file in files)]))


def check_count(count: int, most: int) -> None:
    """Raise Refused `too_many_pictures` (400) for more than a thing may have."""
    if count > most:
        raise Refused("too_many_pictures", _("At most %(most)d pictures.") % {"most": most}, 400)


def describe_pictures(ids: Iterable[int], *, salt: str, most: int) -> dict[str, Any]:
    """What the template `components/_pictures.html` shows."""
    wanted = list(ids)
    signer, pictures = signing.Signer(salt=salt), Picture.objects.in_bulk(wanted)
    found = [pictures[pk] for pk in wanted if pk in pictures]
    return {
        "pictures": [(picture, signer.sign(str(picture.pk))) for picture in found],
        "most_pictures": most,
    }
