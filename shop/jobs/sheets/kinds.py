"""A meaning for sheets: columns, what their rows would do, and doing it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from django import forms
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.errors import Refused
from shop.jobs.models import Job, JobFile, JobRow, RowState
from shop.jobs.registry import JobKind, Part
from shop.jobs.services import NOT_KEPT
from shop.jobs.sheets.checking import Asked, Check, CheckedRow, Fate, Unit, check_table, read_upload
from shop.jobs.sheets.content import Content, Line, make_table, say_row, write_content
from shop.jobs.sheets.labels import USUAL, Labels
from shop.jobs.sheets.selectors import list_contents
from shop.sheets.columns import Column
from shop.sheets.table import Table
from shop.words import in_each_language

MAX_ROWS = 10_000
_PART = 500
_CHANGED = _("The shop has changed since the row was checked. Check it again.")


@dataclass(frozen=True)
class Places:
    """Where an import begins and what stands around it: routes, and the words of the upload page."""

    words: Any
    upload: str
    template: str
    back: str
    back_label: Any


def _offer_to_apply(count: int) -> str:
    return ngettext("Apply %(n)s row", "Apply %(n)s rows", count) % {"n": count}


@dataclass(frozen=True)
class SheetKind(JobKind):
    """`check(table)` gives units, `apply(unit, actor)` does one in one transaction and raises Refused.

    `check` is asked twice: of the whole sheet before it is shown, and of each unit just before it is done. What it
    then says must be what was shown; else the unit is refused. `key` is the column a row is called by, `shown` are
    those that the pages show beside it. `checks_ahead`: some units at a time are checked before they are done.
    That is for a kind whose `apply` is refused where anything has moved since; such a unit is then checked by itself.
    `tells_file`: what is done names the file that it stood in. `offer` is what the button says that does so many rows.

    `asks` is a form of what is chosen at the upload for all rows; the kind is then asked `check(table, asked)`, by
    which it knows also whose sheet it is. `labels` are the fates that its rows may have, in its own words.
    """

    columns: Sequence[Column]
    check: Callable[..., list[Unit]]
    apply: Callable[[Unit, Actor], None]
    places: Places
    key: str
    shown: tuple[str, ...] = ()
    max_rows: int = MAX_ROWS
    checks_ahead: bool = False
    asks: type[forms.Form] | None = None
    labels: Labels = field(default_factory=lambda: USUAL)
    tells_file: bool = False
    offer: Callable[[int], str] = _offer_to_apply

    @property
    def is_sheet(self) -> bool:
        return True

    @property
    def shown_columns(self) -> list[Column]:
        by_name = {column.name: column for column in self.columns}
        return [by_name[name] for name in (self.key, *self.shown)]

    def count_done(self, job: Job) -> int:
        return job.rows.filter(fate__in=[Fate.ADD, Fate.CHANGE], state=RowState.DONE).count()

    def make_url(self, row: JobRow) -> str:
        return ""

    def gather(self, job: Job, actor: Actor) -> Iterator[Part]:
        table = self._load_table(job)
        yield Part([], {})  # Reading and checking take seconds each: the lease is renewed in between.
        units = check_table(table, self._find_check(job, actor))
        notes = in_each_language(lambda: [str(note) for note in table.notes])
        yield Part([], {"total": 0, "done": 0, "failed": 0, "notes": notes}, starts_anew=True)
        rows = self._make_rows(job, units)
        total = done = failed = 0
        while part := list(islice(rows, _PART)):
            total += len(part)
            done += sum(row.state == RowState.DONE for row, _content in part)
            failed += sum(row.state == RowState.FAILED for row, _content in part)
            progress = {"total": total, "done": done, "failed": failed}
            yield Part([row for row, _content in part], progress, [content for _row, content in part])

    def prepare(self, units: Sequence[Sequence[JobRow]], actor: Actor) -> dict[int, Any]:
        """Where `checks_ahead`: the units that would do what was shown, by the number of their first row."""
        if not self.checks_ahead:
            return {}
        rows = [row for unit in units for row in unit]
        contents = list_contents(rows)
        shown = {unit[0].position: unit for unit in units}
        found = {
            min(row.row.number for row in unit.rows): unit for unit in self._check(rows, contents, actor)
        }
        return {
            first: unit
            for first, unit in found.items()
            if first in shown and unit.has_work and _is_as_shown(unit, shown[first], contents)
        }

    def run(self, rows: Sequence[JobRow], actor: Actor, prepared: Any = None) -> None:
        if prepared is not None:
            with suppress(
                Refused
            ):  # It has moved meanwhile, or another row of its order came first: look once more.
                self.apply(prepared, actor)
                return
        contents = list_contents(rows)
        units = self._check(rows, contents, actor)
        if len(units) != 1 or not _is_as_shown(units[0], rows, contents):
            raise _say_changed(units)
        if self.tells_file:
            units[0].file_name = rows[0].job.file_name
        self.apply(units[0], actor)

    def _check(self, rows: Sequence[JobRow], contents: dict[int, Content], actor: Actor) -> list[Unit]:
        return check_table(make_table(contents, self.columns), self._find_check(rows[0].job, actor))

    def _find_check(self, job: Job, actor: Actor) -> Check:
        return partial(self.check, asked=Asked(actor, job.typed)) if self.asks else self.check

    def _load_table(self, job: Job) -> Table:
        """The sheet that was sent, or the failed rows of a former job. Raises Refused, also where they are gone."""
        if former := job.parameters.get("rows_of"):
            failed = JobRow.objects.filter(job_id=former, state=RowState.FAILED).order_by("position")
            contents = list_contents(list(failed))
            if not all(content.cells for content in contents.values()):
                raise Refused("not_kept", NOT_KEPT)
            return make_table(contents, self.columns)
        file = JobFile.objects.filter(job=job).first()
        if file is None:
            raise Refused("not_kept", NOT_KEPT)
        return read_upload(bytes(file.content), self.columns, max_rows=self.max_rows)

    def _make_rows(self, job: Job, units: Sequence[Unit]) -> Iterator[tuple[JobRow, str]]:
        """In the order of the sheet; contents one by one, since those of all rows take much more than the rows."""
        for row, unit, first in sorted(_list_in_units(units), key=lambda found: found[0].row.number):
            yield self._make_row(job, row, unit, first), write_content(row, self.columns)

    def _make_row(self, job: Job, row: CheckedRow, unit: Unit, first: int) -> JobRow:
        cell = row.row.cells.get(self.key)
        return JobRow(
            job=job,
            position=row.row.number,
            ref=str(row.row.values.get(self.key, cell.text if cell else ""))[:40],
            unit=first,
            fate=row.fate,
            state=_find_state(unit, row),
            code="refused" if row.fate == Fate.REFUSED else "",
        )


def _list_in_units(units: Sequence[Unit]) -> Iterator[tuple[CheckedRow, Unit, int]]:
    """Every row with its unit and the number of the unit's first row."""
    for unit in units:
        first = min(row.row.number for row in unit.rows)
        yield from ((row, unit, first) for row in unit.rows)


def _find_state(unit: Unit, row: CheckedRow) -> RowState:
    if row.fate == Fate.REFUSED:
        return RowState.FAILED
    return RowState.WAITING if unit.has_work else RowState.DONE


def _say_changed(units: Sequence[Unit]) -> Refused:
    """Why rows are not done that would do something else now; where they have been done meanwhile, that."""
    rows = [row for unit in units for row in unit.rows]
    if rows and rows[0].words and all(row.fate == Fate.SAME for row in rows):
        return Refused("already_done", rows[0].words[0])
    return Refused("changed", _CHANGED)


def _is_as_shown(unit: Unit, rows: Sequence[JobRow], contents: dict[int, Content]) -> bool:
    shown = {row.position: (row.fate, *_shown_of(contents[row.position])) for row in rows}
    return shown == {row.row.number: (str(row.fate), say_row(row), row.digest) for row in unit.rows}


def _shown_of(content: Content) -> tuple[list[Line], str]:
    return content.lines[get_language() or "zh-hans"], content.digest
