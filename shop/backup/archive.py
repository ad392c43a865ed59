"""The archive: a zip file in which everything is encrypted, to be opened by who can open its lock.

Members: `lock.json`, which says what it is locked with and holds the locked box (`shop/backup/locks.py`); then, each
compressed and encrypted to a public key of this archive alone (`shop/backup/members.py`), `tables/<label>.jsonl`,
`files/<root>/<path>` and `manifest.json`, whose HMAC is `manifest.seal`. Everything is written and read as a stream.
"""

import base64
import hashlib
import hmac
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Self

from pyrage import DecryptError, EncryptError, x25519

from shop.backup.failure import BackupError
from shop.backup.locks import Key, Lock
from shop.backup.members import Written, read_member, write_member

FORMAT = 2
LOCK = "lock.json"
MANIFEST = "manifest.json"
SEAL = "manifest.seal"
CHUNK = 1 << 20
_LARGEST_LOCK = 1_000_000
_LARGEST_MANIFEST = 1 << 30
"""In bytes: some seven million files."""
_BAD_BYTES = (
    zipfile.BadZipFile,
    zlib.error,
    DecryptError,
    EOFError,
    OSError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_DAMAGED = "This is no whole backup: the file is damaged, cut short, or something else."


class ArchiveWriter:
    """Writes beside the wanted file and takes its name only when complete; leaves nothing behind on failure."""

    def __init__(self, path: Path, lock: Lock, secrets: Mapping[str, str]) -> None:
        if path.exists():
            raise BackupError(f"{path} exists already; a backup never overwrites a file.")
        self._path = path
        self._draft = path.with_name(f"{path.name}.partial")
        identity, self._sealing = x25519.Identity.generate(), os.urandom(32)
        self._recipient = identity.to_public()
        sealing = base64.b64encode(self._sealing).decode()
        box = {"members": str(identity), "sealing": sealing, "secrets": dict(secrets)}
        self._locked = {"format": FORMAT, **lock.close(json.dumps(box).encode())}
        self._manifest: dict[str, Any] = {"members": {}}

    def __enter__(self) -> Self:
        try:
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise BackupError(f"Cannot write {self._draft}: {error.strerror}.") from error
        self._stream = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_STORED)
        with self._draft_or_nothing():
            self._zip.writestr(LOCK, json.dumps(self._locked))
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        with self._draft_or_nothing():
            if error:
                raise error
            self._finish()

    @contextmanager
    def _draft_or_nothing(self) -> Iterator[None]:
        """Throw the draft away when anything fails. Raises BackupError where it cannot be written."""
        try:
            yield
        except BaseException as error:
            for close in (self._zip.close, self._stream.close, self._draft.unlink):
                with suppress(OSError, ValueError):
                    close()
            if isinstance(error, EncryptError | OSError):
                raise BackupError(f"Cannot write {self._draft}: {error}") from error
            raise

    def _finish(self) -> None:
        manifest = json.dumps(self._manifest, ensure_ascii=False).encode()
        if len(manifest) > _LARGEST_MANIFEST:
            raise BackupError("There are more files than one archive can list.")
        self._write(MANIFEST, [manifest])
        self._zip.writestr(SEAL, _seal(self._sealing, manifest))
        self._zip.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._draft.replace(self._path)

    def note(self, **facts: Any) -> None:
        """Put facts into the manifest."""
        self._manifest |= facts

    def add(self, name: str, chunks: Iterable[bytes]) -> int:
        """Add a member and return of how many chunks; what goes wrong where they come from is raised as it is."""
        written = self._write(name, chunks)
        self._manifest["members"][name] = {"bytes": written.size, "sha256": written.sha256}
        return written.chunks

    def _write(self, name: str, chunks: Iterable[bytes]) -> Written:
        with self._zip.open(name, "w", force_zip64=True) as stream:
            return write_member(chunks, stream, self._recipient)


class ArchiveReader:
    """Opens an archive and trusts nothing in it before the key has vouched for the manifest.

    Raises BackupError for a key that does not fit and for a file that is damaged, cut short or altered.
    """

    def __init__(self, path: Path, key: Key) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise BackupError(f"There is no file {path}.") from error
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise BackupError(_DAMAGED) from error
        try:
            with _damage_told():
                self._unlock(key)
                self._trust(self._read_manifest())
        except BaseException:
            self._zip.close()
            raise

    def _unlock(self, key: Key) -> None:
        if LOCK not in self._zip.namelist() and MANIFEST in self._zip.namelist():
            raise BackupError(
                "This backup was made by an older version; restore it with that one, then upgrade."
            )
        locked = json.loads(self._read_small(LOCK, _LARGEST_LOCK))
        if locked["format"] != FORMAT:
            raise BackupError("This backup was made by a newer version; restore it with that one.")
        box = json.loads(key.open(locked))
        self._identity = x25519.Identity.from_str(box["members"])
        self._sealing = base64.b64decode(box["sealing"])
        self.secrets: dict[str, str] = box["secrets"]

    def _read_manifest(self) -> bytes:
        with self.open_member(MANIFEST) as stream:
            raw = stream.read(_LARGEST_MANIFEST)
        self.manifest: dict[str, Any] = json.loads(raw)
        return raw

    def _trust(self, manifest: bytes) -> None:
        if not hmac.compare_digest(_seal(self._sealing, manifest), self._read_small(SEAL, _LARGEST_LOCK)):
            raise BackupError("The archive was changed after it was made.")
        if sorted(self._zip.namelist()) != sorted([*self.manifest["members"], LOCK, MANIFEST, SEAL]):
            raise BackupError("The archive was changed after it was made: members were added or removed.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def _read_small(self, name: str, largest: int) -> bytes:
        if self._zip.getinfo(name).file_size > largest:
            raise BackupError(_DAMAGED)
        return self._zip.read(name)

    def verify_members(self) -> None:
        """Read everything once. Raises BackupError at the first member that is not what was written."""
        for name, wanted in self.manifest["members"].items():
            if self._measure(name, wanted["bytes"]) != wanted["sha256"]:
                raise BackupError(f"The archive is damaged: {name} is not what was written.")

    def _measure(self, name: str, size: int) -> str:
        digest = hashlib.sha256()
        with _damage_told(), self.open_member(name) as stream:
            while size >= 0 and (chunk := stream.read(CHUNK)):
                size -= len(chunk)
                digest.update(chunk)
        return digest.hexdigest()

    @contextmanager
    def open_member(self, name: str) -> Iterator[BufferedIOBase]:
        """The plain bytes of a member. Raises what `read_member` does where they are not whole."""
        with self._zip.open(name) as stored, read_member(stored, self._identity) as plain:
            yield plain

    def list_members(self, folder: str) -> list[str]:
        return [name for name in self.manifest["members"] if name.startswith(f"{folder}/")]


@contextmanager
def _damage_told() -> Iterator[None]:
    """Raises BackupError for whatever a bad byte makes of the formats inside one another."""
    try:
        yield
    except _BAD_BYTES as error:
        raise BackupError(_DAMAGED) from error


def _seal(key: bytes, manifest: bytes) -> bytes:
    return hmac.digest(key, manifest, "sha256").hex().encode()
