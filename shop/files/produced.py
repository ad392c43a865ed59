"""Files that the shop makes for one person: written as a stream, downloaded by their owner, forgotten after a while."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction

from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.files.loose import let_loose, store_file
from shop.files.models import Place, ProducedFile
from shop.files.moves import PRODUCED_FILES, files_in_scope, once_only
from shop.moves.services import begin, locked, move

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


def produce_file(
    described: Description,
    write: Write,
    *,
    owner_id: int,
    take: Callable[[ProducedFile], object] = lambda _file: None,
) -> ProducedFile:
    """Have `write` fill a file for this member of staff, and keep it for KEPT_FOR.

    The file grows on this machine's disk and is then stored, both in constant memory. `take` is called with its row in
    the transaction that makes it, so that what asked for the file has it, or there is none. Raises Refused
    `storage_away` (503) and what `write` and `take` raise: then there is no file. Never inside a transaction.
    """
    with TemporaryFile() as draft:
        write(draft)
        file = _describe(described, size=draft.tell(), owner_id=owner_id)
        draft.seek(0)
        return store_file(Place.PRIVATE, file.path, draft, lambda: _save(file, take))


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


def _save(file: ProducedFile, take: Callable[[ProducedFile], object]) -> ProducedFile:
    begin(file, "file.produce", actor=SYSTEM, data={"kind": file.kind, "size": file.size})
    take(file)
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
    file = files_in_scope(actor).filter(pk=file_id).first()
    if file is None:
        raise Refused("not_found", PRODUCED_FILES.missing, 404)
    if refused := once_only(file):
        raise refused
    return file


def take_download(file_id: int, *, actor: Actor) -> None:
    """Record that a person downloads a file. Raises Refused as `find_download` does."""
    with locked(ProducedFile, file_id, "file.download", actor) as file:
        changes, data = {"downloaded_at": clock.now()}, {"kind": file.kind}
        move(file, "file.download", actor=actor, changes=changes, data=data)


def forget_produced(file_id: int) -> None:
    """Delete a file whose time is over."""
    with transaction.atomic():
        file = (
            ProducedFile.objects.select_for_update().filter(pk=file_id, expires_at__lte=clock.now()).first()
        )
        if file:
            let_loose(Place.PRIVATE, file.path)
            file.delete()
