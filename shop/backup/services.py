"""Making a backup of the whole shop, and restoring one into an empty one."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from shop import clock
from shop.backup.archive import ArchiveReader, ArchiveWriter
from shop.backup.failure import BackupError
from shop.backup.files import write_private
from shop.backup.keys import read_own_secrets
from shop.backup.locks import Key, Lock
from shop.backup.rows import column_names, list_models, read_lines, write_lines
from shop.backup.snapshot import snapshot
from shop.backup.stored_files import pack_files, refuse_stored_files, unpacked_files

_RANGES = 10**8
_NUMBERS_EACH = 1_000


@dataclass(frozen=True)
class Contents:
    rows: int
    files: int


def make_backup(path: Path, lock: Lock) -> Contents:
    """Write every table as of one moment, every stored file and the locked keys, while the shop runs.

    Raises BackupError when the file exists or cannot be written.
    """
    with ArchiveWriter(path, lock, read_own_secrets()) as archive:
        with snapshot():
            archive.note(
                version=settings.VERSION,
                made_at=clock.now().isoformat(),
                database=connection.vendor,
                migrations=_list_applied(),
            )
            tables = [_pack_table(archive, model) for model in list_models()]
        archive.note(tables=tables)
        return Contents(sum(table["rows"] for table in tables), pack_files(archive))


def _pack_table(archive: ArchiveWriter, model: Any) -> dict[str, Any]:
    rows = archive.add(f"tables/{model._meta.label}.jsonl", read_lines(model))
    return {"model": model._meta.label, "columns": column_names(model), "rows": rows}


def _list_applied() -> list[str]:
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def restore_backup(path: Path, key: Key, *, keys_file: Path | None = None) -> Contents:
    """Load an archive into an empty, migrated database and empty folders; the process then uses its keys.

    The keys go to `keys_file`, which may be left out where the environment holds the same ones. Everything
    is checked before anything is written, and written wholly or not at all. Raises BackupError.
    """
    with ArchiveReader(path, key) as archive:
        archive.verify_members()
        _refuse_other_version(archive)
        _refuse_unknown_keys(archive.secrets, keys_file)
        _refuse_rows()
        refuse_stored_files()
        contents = _load(archive, keys_file)
        _use_keys(archive.secrets)
    return contents


def _refuse_other_version(archive: ArchiveReader) -> None:
    loader = MigrationLoader(connection)
    if set(loader.disk_migrations) - set(loader.applied_migrations):
        raise BackupError("The database is not up to date: run manage.py migrate first.")
    if archive.manifest["migrations"] != _list_applied():
        raise BackupError(
            f"The backup was made by version {archive.manifest['version']} with other migrations. Restore it "
            "with that version (migrate an empty database first), then upgrade."
        )


def _refuse_unknown_keys(secrets: Mapping[str, str], keys_file: Path | None) -> None:
    if keys_file is None and secrets != read_own_secrets():
        raise BackupError("The backup has keys of its own: say with --keys-file where to write them.")


def _refuse_rows() -> None:
    for model in list_models():
        if model._base_manager.exists():
            raise BackupError(f"The database is not empty: there are rows in {model._meta.db_table}.")


def _load(archive: ArchiveReader, keys_file: Path | None) -> Contents:
    if keys_file is not None:
        write_private(keys_file, "".join(f"{name}={value}\n" for name, value in archive.secrets.items()))
    try:
        with unpacked_files(archive) as files, transaction.atomic(durable=True):
            rows = sum(_load_table(archive, table) for table in archive.manifest["tables"])
            _reset_sequences()
            begin_number_range()
        return Contents(rows, files)
    except BaseException:
        if keys_file is not None:
            keys_file.unlink()
        raise


def _load_table(archive: ArchiveReader, table: Mapping[str, Any]) -> int:
    model = apps.get_model(table["model"])
    with archive.open_member(f"tables/{table['model']}.jsonl") as lines:
        rows = write_lines(model, table["columns"], lines)
    if rows != table["rows"]:
        raise BackupError(
            f"The archive changed meanwhile: {rows} of {table['rows']} rows of {table['model']}."
        )
    return rows


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list_models()):
            cursor.execute(statement)


def begin_number_range() -> None:
    """Numbers that the shop gave at the payment gateway after the backup was made must not be given again.

    A random range, since the same backup may be restored more than once; of twelve digits, as the gateway takes 32
    characters with the order's number.
    """
    store = apps.get_model("store.StoreSettings")._base_manager
    store.get_or_create(pk=1)
    store.update(number_range=(_RANGES + secrets.randbelow(9 * _RANGES)) * _NUMBERS_EACH)


def _use_keys(secrets: Mapping[str, str]) -> None:
    """What this process still reads, such as the books, is encrypted with the keys just restored."""
    pairs = (item.split(":", 1) for item in secrets["DATA_KEYS"].split(","))
    settings.DATA_KEYS = {key_id: base64.b64decode(key) for key_id, key in pairs}
    settings.SEARCH_KEY = base64.b64decode(secrets["SEARCH_KEY"])
    settings.SEARCH_KEY_OLD = base64.b64decode(secrets.get("SEARCH_KEY_OLD", ""))
