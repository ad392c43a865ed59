"""The stored files, by the stores of `settings.FILE_STORES`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import PurePosixPath
from typing import IO, cast

from django.conf import settings

from shop.backup.archive import ArchiveReader, ArchiveWriter
from shop.backup.failure import BackupError
from shop.storage import FAILURES, Store, get_store

FOLDER = "files"


def pack_files(archive: ArchiveWriter) -> int:
    """Add every stored file and return how many. Files appear before the rows that name them: pack them last."""
    count = 0
    for folder, alias in settings.FILE_STORES.items():
        with _failures_told("Cannot list the stored files"):
            for name in get_store(alias).list_names():
                count += _pack(archive, get_store(alias), name, f"{FOLDER}/{folder}/{name}")
    return count


def _pack(archive: ArchiveWriter, store: Store, name: str, member: str) -> bool:
    try:
        with _failures_told(f"Cannot read {name}"):
            chunks = store.read(name)
            first = next(chunks, b"")
    except FileNotFoundError:  # Removed a moment ago; no row of the snapshot needs it any more.
        return False
    archive.add(member, _tell_failures(chain([first], chunks), name))
    return True


def _tell_failures(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    with _failures_told(f"Cannot read {name}"):
        yield from chunks


def refuse_stored_files() -> None:
    """Raises BackupError where a store of files holds anything."""
    for folder, alias in settings.FILE_STORES.items():
        with _failures_told("Cannot list the stored files"):
            if next(get_store(alias).list_names(), None):
                raise BackupError(f"The store {folder!r} holds files already; restore into an empty one.")


@contextmanager
def unpacked_files(archive: ArchiveReader) -> Iterator[int]:
    """Write every file, and remove them again when what follows fails."""
    written: list[tuple[Store, str]] = []
    try:
        for member in archive.list_members(FOLDER):
            store, name = _place_of(member)
            written.append((store, name))
            with archive.open_member(member) as source, _failures_told(f"Cannot write {name}"):
                store.write(name, cast("IO[bytes]", source))
        yield len(written)
    except BaseException:
        for store, name in written:
            with suppress(*FAILURES):
                store.delete(name)
        raise


def _place_of(member: str) -> tuple[Store, str]:
    _folder, folder, name = member.split("/", 2)
    if name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise BackupError(f"{member} would be written outside its folder.")
    return get_store(settings.FILE_STORES[folder]), name


@contextmanager
def _failures_told(what: str) -> Iterator[None]:
    """Raises BackupError for failures of a store, but FileNotFoundError as it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except FAILURES as error:
        raise BackupError(f"{what}: {error}.") from error
