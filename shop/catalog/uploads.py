"""A sheet on its way: kept when it was uploaded, checked as often as it is looked at, applied once.

What its rows mean is said by a `SheetKind`. The kind's `check` turns a table into units; a unit is what is applied
in one transaction, with all the rows that belong to it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.catalog.models import SheetUpload
from shop.errors import Refused
from shop.sheets.columns import Column
from shop.sheets.reading import read_sheet
from shop.sheets.table import Problem, SheetRow, Table, read_table
from shop.sheets.writing import write_rows

MAX_ROWS = 500
LEASE = timedelta(minutes=2)
"""Whoever started and never finished was interrupted; what it did is found done by the next one."""

KEPT_FOR = timedelta(days=7)


class Fate(StrEnum):
    """What becomes, or became, of a row."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"


FATE_LABELS = {
    Fate.ADD: _("New"),
    Fate.CHANGE: _("Changes"),
    Fate.SAME: _("Nothing changes"),
    Fate.REFUSED: _("Refused"),
}
FATE_TONES = {Fate.ADD: "move", Fate.CHANGE: "move", Fate.SAME: "waiting", Fate.REFUSED: "overdue"}


@dataclass
class CheckedRow:
    """A row with what it would do; `words` say it to a person."""

    row: SheetRow
    fate: Fate = Fate.SAME
    words: list[Any] = field(default_factory=list)

    def refuse(self, message: Any, header: Any = "") -> None:
        self.row.refuse(message, header)
        self.fate = Fate.REFUSED

    @property
    def problems(self) -> list[Problem]:
        return self.row.problems

    @property
    def label(self) -> Any:
        return FATE_LABELS[self.fate]

    @property
    def tone(self) -> str:
        return FATE_TONES[self.fate]


@dataclass
class Unit:
    """Rows that are applied together or not at all; `plan` is the kind's own."""

    rows: list[CheckedRow]
    plan: Any = None


@dataclass(frozen=True)
class SheetKind:
    """A meaning for sheets: columns, `check(table)` → units, `apply_row(unit, actor)` in one transaction.

    `apply_row` raises Refused when meanwhile it is no longer possible; that becomes the rows' verdict.
    """

    name: str
    capability: str
    columns: Sequence[Column]
    check: Callable[[Table], list[Unit]]
    apply_row: Callable[[Unit, Actor], None]


@dataclass
class Checked:
    """A whole sheet, checked."""

    table: Table
    units: list[Unit]

    @property
    def rows(self) -> list[CheckedRow]:
        return sorted((row for unit in self.units for row in unit.rows), key=lambda row: row.row.number)

    def count(self, *fates: Fate) -> int:
        return sum(row.fate in fates for row in self.rows)


def check_sheet(kind: SheetKind, content: bytes) -> Checked:
    """Read and check a sheet against the shop as it is now. Raises Refused as `read_sheet` and `read_table`."""
    table = read_table(read_sheet(content, max_rows=MAX_ROWS), kind.columns)
    if not table.rows:
        raise Refused("sheet_empty", _("The sheet has no rows below its header."), 400)
    units = kind.check(table)
    for unit in units:
        _refuse_together(unit)
    return Checked(table, units)


def _refuse_together(unit: Unit) -> None:
    """A row that is refused takes along the others of its unit: it is applied whole or not at all."""
    for row in unit.rows:
        if row.problems:
            row.fate = Fate.REFUSED
    if any(row.problems for row in unit.rows):
        for row in unit.rows:
            if not row.problems:
                row.refuse(_("Another row of the same product has a mistake."))


def keep_upload(kind: SheetKind, name: str, content: bytes, *, actor: Actor) -> SheetUpload:
    """Keep a sheet that can be read until it is applied; forgets old ones. Raises Refused as `check_sheet`."""
    require(actor, kind.capability)
    check_sheet(kind, content)
    moment = clock.now()
    SheetUpload.objects.filter(uploaded_at__lt=moment - KEPT_FOR).delete()
    return SheetUpload.objects.create(
        kind=kind.name,
        file_name=name.replace("\0", "")[-120:],
        content=content,
        staff_id=actor.id or 0,
        uploaded_at=moment,
    )


def get_upload(kind: SheetKind, upload_id: int, *, actor: Actor) -> SheetUpload:
    """An upload of this kind by this person. Raises Refused `not_found` (404)."""
    mine = SheetUpload.objects.filter(pk=upload_id, kind=kind.name, staff_id=actor.id or 0).first()
    if mine is None:
        raise Refused("not_found", _("This upload is no longer kept. Upload the file again."), 404)
    return mine


def apply_upload(kind: SheetKind, upload: SheetUpload, *, actor: Actor) -> None:
    """Apply every unit that is fine, each in its own transaction, and write a verdict per row.

    Raises Refused `already_done` or, while somebody is at it, `in_progress`.
    """
    require(actor, kind.capability)
    _claim(upload)
    checked = check_sheet(kind, bytes(upload.content))
    for unit in checked.units:
        _apply_unit(kind, unit, actor)
    upload.verdicts = [_make_verdict(row) for row in checked.rows]
    upload.done_at = clock.now()
    upload.save(update_fields=["verdicts", "done_at"])


def _claim(upload: SheetUpload) -> None:
    moment = clock.now()
    free = Q(started_at__isnull=True) | Q(started_at__lt=moment - LEASE)
    if SheetUpload.objects.filter(free, pk=upload.pk, done_at__isnull=True).update(started_at=moment):
        return
    upload.refresh_from_db()
    if upload.done_at:
        raise Refused("already_done", _("This sheet has been applied already."))
    raise Refused("in_progress", _("This sheet is being applied at this moment."))


def _apply_unit(kind: SheetKind, unit: Unit, actor: Actor) -> None:
    if all(row.fate in (Fate.SAME, Fate.REFUSED) for row in unit.rows):
        return
    try:
        kind.apply_row(unit, actor)
    except Refused as refused:
        for row in unit.rows:
            row.refuse(refused.message)


def _make_verdict(row: CheckedRow) -> dict[str, Any]:
    problems = [f"{p.header}：{p.message}" if p.header else str(p.message) for p in row.problems]
    return {
        "number": row.row.number,
        "fate": row.fate.value,
        "words": problems or [str(words) for words in row.words],
        "shown": row.row.shown,
    }


FATE_DONE = {
    Fate.ADD: _("Added"),
    Fate.CHANGE: _("Changed"),
    Fate.SAME: _("Nothing changed"),
    Fate.REFUSED: _("Refused"),
}


def write_verdicts(kind: SheetKind, upload: SheetUpload, path: Path) -> None:
    """The sheet as it was uploaded with two more columns: what became of each row, and why."""
    names = {name for verdict in upload.verdicts for name in verdict["shown"]}
    columns = [column for column in kind.columns if column.name in names]
    header = [str(_("Row")), *(str(column.header) for column in columns), str(_("Result")), str(_("Reason"))]
    write_rows(path, header, _list_verdicts(upload, [column.name for column in columns]))


def _list_verdicts(upload: SheetUpload, names: list[str]) -> Iterable[list[Any]]:
    for verdict in upload.verdicts:
        shown = [verdict["shown"].get(name, "") for name in names]
        words = " ".join(verdict["words"])
        yield [verdict["number"], *shown, str(FATE_DONE[Fate(verdict["fate"])]), words]
