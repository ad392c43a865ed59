"""The directory that holds everything the demo shop keeps: database, files, secrets, logs, process ids."""

import base64
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from shop.demo.supervisor.start_error import StartError

MARKER = ".shop-data"
PROCESSES_LOCK = ".shop-processes"
STATE = "state.json"
DATABASE = "shop.sqlite3"
# Everything a start may make; `--fresh` removes these and leaves whatever else lies in the directory.
OWN_NAMES = (
    DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", STATE, "secrets", "logins", "media", "standins", "redis", "logs",
    "run",
)  # fmt: skip
OLD_PROCESSES_SECONDS = 30.0


class DataDir:
    """One data directory, locked for this supervisor.

    The marker's lock belongs to the supervisor. The other lock is inherited by every process it starts, so
    it stays taken until the last of them is gone, even when the supervisor itself was killed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs, self.run = path / "logs", path / "run"
        self.database, self.logins, self.state = path / DATABASE, path / "logins", path / STATE
        self.processes_lock = -1
        self._marker_lock = -1

    def open(self, *, fresh: bool, must_be_empty: bool = False) -> None:
        """Claim the directory and make it ready.

        Raises StartError when it belongs to something else, another supervisor uses it, or it holds a shop
        although it must be empty.
        """
        try:
            self._claim()
            self._lock()
            if must_be_empty and self.state.exists():
                raise StartError(
                    f"{self.path} holds a shop already. A backup is restored into an empty directory: "
                    "choose another --data-dir."
                )
            if fresh:
                self.forget(OWN_NAMES)
            for directory in (self.logs, self.run, self.path / "redis", self.path / "standins"):
                directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartError(f"cannot use {self.path} as data directory: {error.strerror}.") from error

    def _claim(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker = self.path / MARKER
        if not marker.exists():
            if any(self.path.iterdir()):
                raise StartError(
                    f"{self.path} holds files that are not this shop's. Choose another --data-dir."
                )
            marker.write_text("The demo shop of bin/run keeps its data here.\n")
        self.path.chmod(0o700)

    def _lock(self) -> None:
        self._marker_lock = os.open(self.path / MARKER, os.O_RDWR | os.O_CLOEXEC)
        if not _take_lock(self._marker_lock, seconds=0):
            raise StartError(f"another bin/run is already using {self.path}.")
        self.processes_lock = os.open(
            self.path / PROCESSES_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        if not _take_lock(self.processes_lock, seconds=OLD_PROCESSES_SECONDS):
            raise StartError(
                f"processes of an earlier start still use {self.path}; see {self.run} for their ids."
            )

    def forget(self, names: tuple[str, ...]) -> None:
        """Remove these entries of the directory, if they are there; links are removed, never followed."""
        for name in names:
            entry = self.path / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    def secrets(self) -> dict[str, str]:
        """Return the secrets, made at the first start and kept: stored data is unreadable without them."""
        file = self.path / "secrets"
        if not file.exists():
            write_private(file, _write_pairs(_new_secrets()))
        return _read_pairs(file)

    def take_keys(self, file: Path) -> None:
        """Put the keys of a restored backup in place of our own, which nothing is encrypted with yet."""
        write_private(self.path / "secrets", _write_pairs(self.secrets() | _read_pairs(file)))
        file.unlink()


def _read_pairs(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def _write_pairs(pairs: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in pairs.items())


def _new_secrets() -> dict[str, str]:
    def random_key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_KEYS": f"k1:{random_key()}",
        "SEARCH_KEY": random_key(),
    }


def write_private(file: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def _take_lock(descriptor: int, *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.1)
