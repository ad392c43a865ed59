"""Taking in pictures: checked by content, bounded in bytes and pixels, always encoded again."""

import secrets
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from shop import clock
from shop.errors import Refused
from shop.files.models import Picture

MAX_BYTES = 5_000_000
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 1600
_FORMATS = ("JPEG", "PNG", "WEBP")


def store_picture(raw: bytes, *, customer_id: int | None = None) -> Picture:
    """Re-encode an uploaded JPEG, PNG or WebP as JPEG and store it under a random name, as sent by that customer.

    Raises Refused `picture_too_large` (413) or `not_a_picture` (400).
    """
    encoded, size = _encode(raw)
    name = secrets.token_urlsafe(18)
    path = default_storage.save(f"pictures/{name[:2]}/{name}.jpg", ContentFile(encoded))
    width, height = size
    return Picture.objects.create(
        path=path, width=width, height=height, created_at=clock.now(), customer_id=customer_id
    )


def _encode(raw: bytes) -> tuple[bytes, tuple[int, int]]:
    if len(raw) > MAX_BYTES:
        raise Refused("picture_too_large", _("A picture may have at most 5 MB."), 413)
    try:
        with Image.open(BytesIO(raw), formats=_FORMATS) as image:
            # The size is in the header: a decompression bomb is refused before it is decoded.
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright.info.clear()  # Comments and profiles would be copied into the new file.
            out = BytesIO()
            upright.save(out, "JPEG", quality=85)
            return out.getvalue(), upright.size
    except Image.DecompressionBombError as error:
        # The library has a limit of its own, which it checks while it reads the header.
        raise _too_many_pixels() from error
    except Refused:
        raise
    except Exception as error:
        # A hostile file makes the decoders fail in ways nobody can list; all mean that it cannot be shown.
        raise Refused("not_a_picture", _("This file is not a JPEG, PNG or WebP picture."), 400) from error


def _too_many_pixels() -> Refused:
    return Refused("picture_too_large", _("A picture may have at most 40 million pixels."), 413)
