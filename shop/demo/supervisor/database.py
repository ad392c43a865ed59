"""Brings the embedded database to the shape the code needs, and fills it once: with the demo shop or a backup."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shop.demo.supervisor.data_dir import DATABASE, DataDir, write_private

Manage = Callable[..., None]


@dataclass(frozen=True)
class Backup:
    """An archive of `manage.py backup`, and what opens it."""

    file: Path
    passphrase: str = field(repr=False)


def prepare_database(data_dir: DataDir, project: Path, manage: Manage, backup: Backup | None = None) -> None:
    """Migrate and fill, each only when needed; `manage` runs one management command to its end.

    A database whose filling was cut short is thrown away: nobody can have used it yet.
    """
    state, wanted = _read_state(data_dir.state), _code_fingerprint(project)
    if not state.get("is_seeded"):
        data_dir.forget((DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "media"))
        state = {}
        _fill(data_dir, manage, backup)
    elif state.get("migrations") != [wanted, _applied_migrations(data_dir.database)]:
        _migrate(manage)
    new_state = {"is_seeded": True, "migrations": [wanted, _applied_migrations(data_dir.database)]}
    if new_state != state:
        manage("demo_logins", output=data_dir.logins)
        write_private(data_dir.state, json.dumps(new_state))


def _migrate(manage: Manage) -> None:
    manage("migrate", "--no-input", saying="Preparing the database ...")


def _fill(data_dir: DataDir, manage: Manage, backup: Backup | None) -> None:
    if backup is not None:
        _restore(data_dir, manage, backup)
        return
    _migrate(manage)
    manage("seed_demo", saying="Filling the demo shop (once, about a minute) ...")


def _restore(data_dir: DataDir, manage: Manage, backup: Backup) -> None:
    keys_file = data_dir.run / "restored-keys"
    keys_file.unlink(missing_ok=True)
    arguments = ("restore_demo", str(backup.file), "--keys-file", str(keys_file))
    manage(*arguments, saying="Restoring the backup ...", passphrase=backup.passphrase)
    data_dir.take_keys(keys_file)


def _read_state(file: Path) -> dict[str, object]:
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _code_fingerprint(project: Path) -> str:
    """Fingerprint all that decides which migrations there are: our files and the pinned packages."""
    digest = hashlib.sha256((project / "requirements" / "prod.txt").read_bytes())
    for package in sorted(path.parent for path in project.glob("*/__init__.py")):
        for file in sorted(package.rglob("migrations/*.py")):
            digest.update(f"\0{file.relative_to(project)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _applied_migrations(database: Path) -> int:
    """Count what was applied, so that a database put back from a copy is noticed; -1 when there is none."""
    if not database.exists():
        return -1
    connection = sqlite3.connect(database, timeout=20)
    try:
        return int(connection.execute("SELECT count(*) FROM django_migrations").fetchone()[0])
    except sqlite3.DatabaseError:
        return -1
    finally:
        connection.close()
