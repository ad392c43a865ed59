"""Files that the shop makes for one person: written as a stream, downloaded by their owner, forgotten after a while."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.services import record_event
from shop.files.loose import let_loose, store_file
from shop.files.models import Place, ProducedFile

KEPT_FOR = timedelta(days=7)
LONGEST_NAME = 150
Write = Callable[[IO[bytes]], None]


@dataclass(frozen=True)
class Description:
    """What kind of file it is and what it is called; one `is_once` can be downloaded a single time."""

    kind: str
    name: str
    content_type: str = "application/octet-stream"
    is_once: bool = False


def produce_file(described: Description, write: Write, *, owner_id: int) -> ProducedFile:
    """Have `write` fill a file for this member of staff, and keep it for KEPT_FOR.

    The file grows on this machine's disk and is then stored, both in constant memory. Raises Refused `storage_away`
    (503) and what `write` raises: then there is no file. Never inside a transaction.
    """
    with TemporaryFile() as draft:
        write(draft)
        file = _describe(described, size=draft.tell(), owner_id=owner_id)
        draft.seek(0)
        return store_file(Place.PRIVATE, file.path, draft, lambda: _save(file))


def _describe(described: Description, *, size: int, owner_id: int) -> ProducedFile:
    now, code = clock.now(), secrets.token_urlsafe(18)
    return ProducedFile(
        kind=described.kind,
        name=clean_name(described.name),
        content_type=described.content_type,
        is_once=described.is_once,
        size=size,
        owner_id=owner_id,
        path=f"produced/{code[:2]}/{code}",
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


def _save(file: ProducedFile) -> ProducedFile:
    file.version = 1
    file.save()
    record_event(file, "file.produce", SYSTEM, data={"kind": file.kind, "size": file.size})
    return file


def clean_name(name: str) -> str:
    """A name that any computer can store: one line, no folders, of LONGEST_NAME characters with its ending."""
    flat = "".join("_" if char in '/\\:*?"<>|' else char for char in name if char.isprintable()).strip(" .")
    stem, dot, ending = (flat or "file").rpartition(".")
    if not dot or len(ending) > 10:
        return (flat or "file")[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def find_download(file_id: int, *, actor: Actor) -> ProducedFile:
    """A file that this person may download now.

    Raises Refused `not_found` (404) but to whom it was made for, and when its time is over; `downloaded` (410) for
    the second time of one that `is_once`.
    """
    return _may_download(ProducedFile.objects.filter(pk=file_id).first(), actor)


def take_download(file_id: int, *, actor: Actor) -> None:
    """Record that a person downloads a file. Raises Refused as `find_download` does."""
    with transaction.atomic():
        file = _may_download(ProducedFile.objects.select_for_update().filter(pk=file_id).first(), actor)
        file.downloaded_at = clock.now()
        file.save_raised("downloaded_at")
        record_event(file, "file.download", actor, data={"kind": file.kind})


def _may_download(file: ProducedFile | None, actor: Actor) -> ProducedFile:
    if file is None or actor.id != file.owner_id or file.expires_at <= clock.now():
        raise Refused("not_found", _("There is no such file, or it was deleted after a week."), 404)
    if file.is_once and file.downloaded_at:
        raise Refused("downloaded", _("This file was downloaded and can be downloaded only once."), 410)
    return file


def forget_produced(file_id: int) -> None:
    """Delete a file whose time is over."""
    with transaction.atomic():
        file = (
            ProducedFile.objects.select_for_update().filter(pk=file_id, expires_at__lte=clock.now()).first()
        )
        if file:
            let_loose(Place.PRIVATE, file.path)
            file.delete()
