"""Writing the file of an export under a lease: a batch at a time, in flat memory, anew when it was broken off.

The file and the end of the export are written in one transaction: whoever is killed before it has made no file, and
who lost the lease meanwhile finds out in it.
"""

import logging
import secrets
import shutil
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, router, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from orders.exports.desk import get_desk
from orders.exports.models import AT_WORK, Export, ExportState, Format
from orders.exports.moves import CAPABILITY
from orders.exports.services.asking import ENDED
from orders.exports.sheets import SHEETS
from orders.exports.sheets.base import Column, Sheet, Source
from orders.models import Order
from orders.scope import orders_in_scope
from shop import clock
from shop.access import has_capability
from shop.actor import SYSTEM, Actor
from shop.database.replica import reading
from shop.errors import Refused
from shop.files.models import ProducedFile
from shop.files.produced import Description, produce_file
from shop.live import hint_changed
from shop.moves.services import lock_row, move
from shop.sheets.writing import write_rows
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.words import in_each_language

logger = logging.getLogger(__name__)
BATCH = 1000
LEASE = timedelta(minutes=2)
MOST_TRIES = 5
FILE_KIND = "export"
_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


class LeaseLost(Exception):
    """The export was cancelled, or another worker writes it."""


class Given(Exception):
    """Nothing comes of it: the sentence says why."""


@dataclass(frozen=True)
class Writer:
    """A worker that holds the lease of an export."""

    export: Export
    token: str

    def hold(self, **changes: Any) -> None:
        """Renew the lease and note how far it is. Raises LeaseLost."""
        held = Export.objects.filter(pk=self.export.pk, lease=self.token, state=ExportState.RUNNING)
        if not held.update(lease_until=clock.now() + LEASE, **changes):
            raise LeaseLost
        hint_changed(Export.subject_kind, self.export.pk)


def write_export(export_id: int) -> None:
    """Write the file of an export, if it waits and nobody else does."""
    writer = take_lease(export_id)
    if writer is None:
        return
    try:
        with override(writer.export.language):
            _write(writer)
    except LeaseLost:
        logger.info("export %s goes on elsewhere or was ended", export_id)
    except Given as given:
        _fail(writer, given.args[0])
    except (OperationalError, Refused) as error:
        # The database or the store of files is away: it is tried again when the lease is over.
        logger.warning("export %s: %s", export_id, type(error).__name__)
    except Exception:  # whatever a broken row raises, the person is told
        logger.exception("export %s failed", export_id)
        _fail(writer, _("Something went wrong on our side. It has been noted."))


def take_lease(export_id: int) -> Writer | None:
    """The right to write an export on which nobody works, or None."""
    token, now = secrets.token_hex(16), clock.now()
    with transaction.atomic():
        free = Export.objects.select_for_update(no_key=True, skip_locked=True)
        export = free.filter(pk=export_id, state__in=AT_WORK, lease_until__lte=now).first()
        if export is None:
            return None
        changes = {
            "lease": token,
            "lease_until": now + LEASE,
            "started_at": export.started_at or now,
            "tries": export.tries + 1,
            **dict.fromkeys(("total", "done", "rows"), 0),
        }
        move(export, "export.start", actor=SYSTEM, changes=changes)
    return Writer(export, token)


def _write(writer: Writer) -> None:
    export = writer.export
    if export.tries > MOST_TRIES:
        raise Given(
            _("It was broken off again and again. Choose fewer orders, or tell who looks after the system.")
        )
    sheet = SHEETS[export.sheet]
    columns = sheet.choose(export.columns)
    description = Description(FILE_KIND, _make_name(export, sheet), _TYPES[Format(export.format)])
    rows = _list_rows(writer, sheet, columns, _load_actor(export))
    produce_file(
        description,
        lambda draft: _fill(draft, export, columns, rows),
        owner_id=export.made_by_id,
        take=lambda file: _finish(writer, file),
    )


def _load_actor(export: Export) -> Actor:
    """The maker as they are now. Raises Given when they may not have it any more."""
    user = StaffUser.objects.filter(pk=export.made_by_id).first()
    if user is None or not user.is_active:
        raise Given(_("The person who made this export no longer works here."))
    actor = staff_actor(user)
    wanted = [CAPABILITY, *(["orders.reveal"] if export.is_revealed else [])]
    if not all(has_capability(actor, name) for name in wanted):
        raise Given(_("The role of the person who made this export no longer allows it."))
    return actor


def _make_name(export: Export, sheet: Sheet) -> str:
    return f"{sheet.label}-{timezone.localtime(export.created_at):%Y%m%d-%H%M}.{export.format}"


def _fill(draft: IO[bytes], export: Export, columns: list[Column], rows: Iterable[Any]) -> None:
    """Let the rows grow into a file, and put it into the draft."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{export.format}"
        write_rows(path, [str(column.label) for column in columns], rows, has_dates=True)
        with path.open("rb") as made:
            shutil.copyfileobj(made, draft)


def _list_rows(writer: Writer, sheet: Sheet, columns: list[Column], actor: Actor) -> Iterator[list[Any]]:
    """The cells of every row. What is gone through is fixed first, since the list changes while it is read."""
    with reading():
        orders = get_desk().choose(writer.export.parameters, actor)
        seen = orders_in_scope(actor)
        ids = array("q", sheet.list_ids(orders))
    tells = [column.tell(is_revealed=writer.export.is_revealed) for column in columns]
    needs = {name for column in columns for name in column.needs}
    fields = {name for column in columns for name in column.fields}
    written = 0
    for at in range(0, len(ids), BATCH):
        writer.hold(total=len(ids), done=at, rows=written)
        for row in _read_batch(sheet, Source(ids[at : at + BATCH].tolist(), orders, seen, needs, fields)):
            written += 1
            yield [tell(row) for tell in tells]
    writer.hold(total=len(ids), done=len(ids), rows=written)


def _read_batch(sheet: Sheet, source: Source) -> list[Any]:
    """The rows of a batch as they were at one moment, so that an order agrees with its lines and its money."""
    with reading(), _one_moment():
        return list(sheet.read(source))


@contextmanager
def _one_moment() -> Iterator[None]:
    """All queries inside see the same moment; SQLite, and whoever reads in a transaction of their own, has that."""
    alias = router.db_for_read(Order) or DEFAULT_DB_ALIAS
    connection = connections[alias]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _finish(writer: Writer, file: ProducedFile) -> None:
    """The end, in the transaction that makes the row of the file. Raises LeaseLost: then there is no file."""
    export = _lock_own(writer)
    if export is None:
        raise LeaseLost
    changes = {**ENDED, "file_id": file.pk, "finished_at": clock.now(), "reason": None}
    move(export, "export.finish", actor=SYSTEM, changes=changes, data={"rows": export.rows})


def _fail(writer: Writer, reason: Any) -> None:
    with transaction.atomic():
        if export := _lock_own(writer):
            said = in_each_language(lambda: str(reason))
            changes = {**ENDED, "reason": said, "finished_at": clock.now()}
            move(export, "export.fail", actor=SYSTEM, changes=changes)


def _lock_own(writer: Writer) -> Export | None:
    """The export, locked, while this worker holds its lease."""
    export = lock_row(Export, writer.export.pk)
    return export if export.lease == writer.token and export.state == ExportState.RUNNING else None
