"""The archive: a zip file whose manifest, authenticated by the passphrase, holds the checksum of every member.

Members: `tables/<label>.jsonl`, `files/<root>/<path>`, then `manifest.json` and its seal. Everything is written
and read as a stream.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from shop.backup.failure import BackupError
from shop.backup.keys import SALT_BYTES, ArchiveKeys, derive_keys, seal_of, unwrap_secrets, wrap_secrets

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.seal"
CHUNK = 1 << 20
_LARGEST_MANIFEST = 200_000_000
_DAMAGED = "This is no whole backup: the file is damaged, cut short, or something else."


class HashingStream:
    """Passes bytes on to a member and keeps their count and checksum."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        self._digest.update(data)
        self.size += len(data)

    @property
    def facts(self) -> dict[str, Any]:
        return {"bytes": self.size, "sha256": self._digest.hexdigest()}


class ArchiveWriter:
    """Writes beside the wanted file and takes its name only when complete; leaves nothing behind on failure."""

    def __init__(self, path: Path, passphrase: str, secrets: Mapping[str, str]) -> None:
        if path.exists():
            raise BackupError(f"{path} exists already; a backup never overwrites a file.")
        self._path = path
        self._draft = path.with_name(f"{path.name}.partial")
        salt = os.urandom(SALT_BYTES)
        self._keys = derive_keys(passphrase, salt)
        self._manifest: dict[str, Any] = {
            "format": FORMAT,
            "salt": base64.b64encode(salt).decode(),
            "keys": wrap_secrets(self._keys, secrets),
            "members": {},
        }

    def __enter__(self) -> Self:
        try:
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise BackupError(f"Cannot write {self._draft}: {error.strerror}.") from error
        self._stream = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        else:
            with suppress(OSError, ValueError):
                self._zip.close()
            self._stream.close()
            self._draft.unlink()

    def _finish(self) -> None:
        manifest = json.dumps(self._manifest, ensure_ascii=False).encode()
        self._zip.writestr(MANIFEST, manifest)
        self._zip.writestr(SEAL, seal_of(self._keys, manifest))
        self._zip.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._draft.replace(self._path)

    def note(self, **facts: Any) -> None:
        """Put facts into the manifest."""
        self._manifest |= facts

    @contextmanager
    def member(self, name: str) -> Iterator[HashingStream]:
        with self._zip.open(name, "w", force_zip64=True) as stream:
            hashing = HashingStream(stream)
            yield hashing
        self._manifest["members"][name] = hashing.facts


class ArchiveReader:
    """Opens an archive and trusts nothing in it before the passphrase has vouched for the manifest.

    Raises BackupError for a wrong passphrase and for a file that is damaged, cut short or altered.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            raw, seal = self._read_small(MANIFEST), self._read_small(SEAL)
            self.manifest: dict[str, Any] = json.loads(raw)
            if self.manifest["format"] != FORMAT:
                raise BackupError("This backup was made by a newer version; restore it with that one.")
            keys = derive_keys(passphrase, base64.b64decode(self.manifest["salt"]))
        except FileNotFoundError as error:
            raise BackupError(f"There is no file {path}.") from error
        except (zipfile.BadZipFile, OSError, KeyError, ValueError, TypeError) as error:
            raise BackupError(_DAMAGED) from error
        self._trust(keys, raw, seal)

    def _trust(self, keys: ArchiveKeys, raw: bytes, seal: bytes) -> None:
        self.secrets = unwrap_secrets(keys, self.manifest["keys"])
        if seal_of(keys, raw) != seal:
            raise BackupError("The archive was changed after it was made.")
        if sorted(self._zip.namelist()) != sorted([*self.manifest["members"], MANIFEST, SEAL]):
            raise BackupError("The archive was changed after it was made: members were added or removed.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def _read_small(self, name: str) -> bytes:
        if self._zip.getinfo(name).file_size > _LARGEST_MANIFEST:
            raise BackupError(_DAMAGED)
        return self._zip.read(name)

    def verify_members(self) -> None:
        """Read everything once. Raises BackupError at the first member that is not what was written."""
        for name, wanted in self.manifest["members"].items():
            if self._measure(name, wanted["bytes"]) != wanted["sha256"]:
                raise BackupError(f"The archive is damaged: {name} is not what was written.")

    def _measure(self, name: str, size: int) -> str:
        digest = hashlib.sha256()
        try:
            with self._zip.open(name) as stream:
                while size >= 0 and (chunk := stream.read(CHUNK)):
                    size -= len(chunk)
                    digest.update(chunk)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise BackupError(_DAMAGED) from error
        except (
            Exception
        ) as error:  # zlib.error and NotImplementedError: whatever a bad byte makes of the format
            raise BackupError(_DAMAGED) from error
        return digest.hexdigest()

    def open_member(self, name: str) -> IO[bytes]:
        return self._zip.open(name)

    def list_members(self, folder: str) -> list[str]:
        return [name for name in self.manifest["members"] if name.startswith(f"{folder}/")]
