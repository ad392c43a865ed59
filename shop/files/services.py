"""Taking in pictures: checked by content, bounded in bytes, pixels and number, always encoded again."""

import secrets
from datetime import timedelta
from io import BytesIO
from threading import BoundedSemaphore

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from shop import clock
from shop.database.connections import wait_for_place
from shop.errors import Refused
from shop.files.loose import let_loose, store_file
from shop.files.models import UNUSED_FOR, Picture
from shop.files.selectors import is_used, list_unused

MAX_BYTES = 5_000_000
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 1600
MOST_UNUSED = 100
"""Pictures that one person may have sent within UNUSED_FOR without using them anywhere."""
LINK_HOLDS = timedelta(hours=1)
DECODING_AT_ONCE = 2
WAIT_S = 10.0
_FORMATS = ("JPEG", "PNG", "WEBP")
decoding = BoundedSemaphore(DECODING_AT_ONCE)
_signer = signing.TimestampSigner(salt="shop.files.link")


def store_picture(raw: bytes, *, customer_id: int | None = None, staff_id: int | None = None) -> Picture:
    """Re-encode an uploaded JPEG, PNG or WebP as JPEG and store it under a random name, as sent by that person.

    What customers or staff send is private; with neither it is the shop's own. Raises Refused `picture_too_large`
    (413), `not_a_picture` (400), `too_many_pictures` or `busy` (429), `storage_away` (503).
    """
    name, now = secrets.token_urlsafe(18), clock.now()
    picture = Picture(created_at=now, customer_id=customer_id, staff_id=staff_id)
    if picture.is_private:
        _check_number(picture)
        picture.look_by = now + UNUSED_FOR
    encoded, (picture.width, picture.height) = _encode(raw)
    picture.path = f"pictures/{name[:2]}/{name}.jpg"
    store_file(picture.place, picture.path, BytesIO(encoded), picture.save)
    return picture


def _check_number(picture: Picture) -> None:
    if list_unused(picture, since=clock.now() - UNUSED_FOR)[MOST_UNUSED - 1 : MOST_UNUSED].exists():
        message = _("You have uploaded many pictures without sending them. Please try again tomorrow.")
        raise Refused("too_many_pictures", message, 429)


def make_link(picture: Picture) -> str:
    """An address that shows the picture to whoever has it, for LINK_HOLDS where it is private."""
    if not picture.is_private:
        return picture.url
    signed = _signer.sign(picture.path).removeprefix(f"{picture.path}:")
    return f"{picture.url}?sign={signed}"


def is_link(path: str, signed: str) -> bool:
    """Whether `signed` is what `make_link` gave for this path lately."""
    try:
        return _signer.unsign(f"{path}:{signed}", max_age=LINK_HOLDS) == path
    except signing.BadSignature:
        return False


def look_at_picture(picture_id: int) -> None:
    """Delete a private picture that nothing names when its time is over; else let it stay."""
    with transaction.atomic():
        # Whoever wants to name the picture meanwhile waits for this lock.
        due = Picture.objects.select_for_update().filter(pk=picture_id, look_by__lte=clock.now())
        picture = due.first()
        if picture is None:
            return
        if is_used(picture):
            Picture.objects.filter(pk=picture.pk).update(look_by=None)
            return
        delete_picture(picture)


def delete_pictures_of(customer_id: int) -> None:
    """Delete every picture that a customer sent, wherever it is named; the files go when this is committed."""
    with transaction.atomic():
        for picture in Picture.objects.filter(customer_id=customer_id):
            delete_picture(picture)


def delete_picture(picture: Picture) -> None:
    """Delete a picture wherever it is named; its file goes when this is committed. Inside a transaction."""
    let_loose(picture.place, picture.path)
    picture.delete()


def _encode(raw: bytes) -> tuple[bytes, tuple[int, int]]:
    if len(raw) > MAX_BYTES:
        raise Refused("picture_too_large", _("A picture may have at most 5 MB."), 413)
    if not wait_for_place(decoding, seconds=WAIT_S):
        raise Refused("busy", _("Many pictures are arriving. Please try again in a few seconds."), 429)
    try:
        with Image.open(BytesIO(raw), formats=_FORMATS) as image:
            # The size is in the header: a decompression bomb is refused before it is decoded.
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            return _shrink(image)
    except Image.DecompressionBombError as error:
        # The library has a limit of its own, which it checks while it reads the header.
        raise _too_many_pixels() from error
    except Refused:
        raise
    except Exception as error:
        # A hostile file makes the decoders fail in ways nobody can list; all mean that it cannot be shown.
        raise Refused("not_a_picture", _("This file is not a JPEG, PNG or WebP picture."), 400) from error
    finally:
        decoding.release()


def _shrink(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """Smaller first, and in place: at full size each step would be a copy of up to 160 MB."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    ImageOps.exif_transpose(image, in_place=True)
    small = image.convert("RGB")
    small.info.clear()  # Comments and profiles would be copied into the new file.
    out = BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue(), small.size


def _too_many_pixels() -> Refused:
    return Refused("picture_too_large", _("A picture may have at most 40 million pixels."), 413)
