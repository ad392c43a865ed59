"""Sounds of alerts: short files, known by their content, kept under random names; one is the shop's own."""

import re
import secrets
from collections.abc import Callable
from io import BytesIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop.access import require
from shop.actor import Actor
from shop.database.connections import give_back_connections
from shop.errors import Refused
from shop.files.loose import answering, let_loose, store_file
from shop.files.models import Place
from shop.storage import get_store
from shop.store.models import StoreSettings
from shop.store.services import change_store_settings

MAX_SOUND_BYTES = 1_000_000
SOUND_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}
_NAME = re.compile(r"^[\w-]{20,40}\.(wav|mp3|ogg)$", re.ASCII)
_FOLDER = "sounds"


def set_own_sound(raw: bytes, *, actor: Actor) -> None:
    """Let alerts ring with this file.

    Raises Refused `sound_too_large` (413), `not_a_sound` (400), `storage_away` (503).
    """
    require(actor, "settings.edit")
    keep_sound(raw, lambda name: _use(name, actor))


def reset_own_sound(*, actor: Actor) -> None:
    """Let alerts ring with the shipped sound again."""
    replace_sound("", lambda name: _use(name, actor))


def _use(name: str, actor: Actor) -> str:
    locked = StoreSettings.objects.select_for_update().filter(pk=1).first()
    change_store_settings({"sound_name": name}, actor=actor)
    return locked.sound_name if locked else ""


Use = Callable[[str], str]
"""Writes the name of a sound where it is used, "" for none; returns the name that it takes the place of."""


def keep_sound(raw: bytes, use: Use) -> None:
    """Keep a file, and use it. Raises Refused as `set_own_sound` does, and what `use` raises."""
    name = f"{secrets.token_urlsafe(18)}.{recognise_sound(raw)}"
    store_file(Place.PUBLIC, f"{_FOLDER}/{name}", BytesIO(raw), lambda: replace_sound(name, use))


def replace_sound(name: str, use: Use) -> None:
    """Use another kept sound, or none; the file of the former one is deleted soon."""
    with transaction.atomic():
        if former := use(name):
            let_loose(Place.PUBLIC, f"{_FOLDER}/{former}")


def recognise_sound(raw: bytes) -> str:
    """The ending that fits the content, whatever the file was called. Raises Refused as `set_own_sound` does."""
    if len(raw) > MAX_SOUND_BYTES:
        raise Refused("sound_too_large", _("A sound may have at most 1 MB."), 413)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WAVE":
        return "wav"
    if raw[:5] == b"OggS\0":
        return "ogg"
    if raw[:3] == b"ID3" or _is_mp3_frame(raw[:4]):
        return "mp3"
    raise Refused("not_a_sound", _("This file is not a WAV, MP3 or Ogg sound."), 400)


def _is_mp3_frame(head: bytes) -> bool:
    """Whether a frame of MPEG audio, layer III, begins here: its sync, and no value that is forbidden."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    is_reserved_version = head[1] & 0x18 == 0x08
    bit_rate, sample_rate = head[2] >> 4, (head[2] >> 2) & 3
    return not is_reserved_version and bit_rate not in (0, 15) and sample_rate != 3


def read_sound(name: str) -> tuple[bytes, str]:
    """A kept sound and its media type. Raises Refused `not_found` (404), `storage_away` (503)."""
    found = _NAME.match(name)
    if not found:
        raise _not_found()
    give_back_connections()
    try:
        with answering():
            return b"".join(get_store(Place.PUBLIC).read(f"{_FOLDER}/{name}")), SOUND_TYPES[found[1]]
    except FileNotFoundError as error:
        raise _not_found() from error


def _not_found() -> Refused:
    return Refused("not_found", _("There is no such sound."), 404)
