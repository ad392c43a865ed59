"""The stored files, by the folders of `settings.FILE_ROOTS`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings

from shop.backup.archive import CHUNK, ArchiveReader, ArchiveWriter
from shop.backup.failure import BackupError

FOLDER = "files"


def pack_files(archive: ArchiveWriter) -> int:
    """Add every stored file and return how many. Files appear before the rows that name them: pack them last."""
    count = 0
    for root_name, root in settings.FILE_ROOTS.items():
        for path in sorted(Path(root).rglob("*")):
            count += path.is_file() and _pack(archive, path, f"{FOLDER}/{root_name}/{path.relative_to(root)}")
    return count


def _pack(archive: ArchiveWriter, path: Path, name: str) -> bool:
    try:
        source = path.open("rb")
    except FileNotFoundError:  # Removed a moment ago; no row of the snapshot needs it any more.
        return False
    with source:
        archive.add(name, _read(source, path))
    return True


def _read(source: IO[bytes], path: Path) -> Iterator[bytes]:
    try:
        yield from iter(partial(source.read, CHUNK), b"")
    except OSError as error:
        raise BackupError(f"Cannot read {path}: {error.strerror}.") from error


def refuse_stored_files() -> None:
    """Raises BackupError where a folder of stored files holds anything."""
    for root in settings.FILE_ROOTS.values():
        if any(path.is_file() for path in Path(root).rglob("*")):
            raise BackupError(f"{root} holds files already; restore into an empty folder.")


@contextmanager
def unpacked_files(archive: ArchiveReader) -> Iterator[int]:
    """Write every file, and remove them again when what follows fails."""
    written: list[Path] = []
    try:
        for name in archive.list_members(FOLDER):
            written.append(_place_of(name))
            _unpack(archive, name, written[-1])
        yield len(written)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _place_of(name: str) -> Path:
    _folder, root_name, relative = name.split("/", 2)
    root = Path(settings.FILE_ROOTS[root_name]).resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise BackupError(f"{name} would be written outside its folder.")
    return path


def _unpack(archive: ArchiveReader, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open_member(name) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target, CHUNK)
