"""The rows of a job as a sheet: what was sent, what became of it and why, to be repaired and sent again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shop.jobs.models import Job, JobRow, RowState
from shop.jobs.services import BATCH, split
from shop.jobs.sheets.checking import ADDED
from shop.jobs.sheets.content import Content
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.labels import label_row
from shop.jobs.sheets.selectors import list_contents
from shop.sheets.columns import Column, list_texts
from shop.sheets.writing import write_rows


def write_sheet(path: Path, kind: SheetKind, job: Job, *, only_failed: bool) -> None:
    """Write the rows in the reader's language, in constant memory: number, the cells as they were, result, reason."""
    columns = _find_columns(kind, job)
    number, result, reason = map(str, ADDED)
    header = [number, *(str(column.header) for column in columns), result, reason]
    rows = _list_rows(job, kind, columns, only_failed=only_failed)
    write_rows(path, header, rows, texts=list_texts(columns))


def _find_columns(kind: SheetKind, job: Job) -> list[Column]:
    """The columns that the sheet had: each row has a cell in all of them."""
    first = job.rows.order_by("position").first()
    names = list_contents([first])[first.position].cells if first else {}
    return [column for column in kind.columns if column.name in names]


def _list_rows(
    job: Job, kind: SheetKind, columns: Sequence[Column], *, only_failed: bool
) -> Iterator[list[Any]]:
    rows = job.rows.order_by("position")
    chosen = rows.filter(state=RowState.FAILED) if only_failed else rows
    for batch in split(chosen.iterator(BATCH)):
        contents = list_contents(batch)
        for row in batch:
            content = contents[row.position]
            shown = [content.shown.get(column.name, "") for column in columns]
            yield [row.position, *shown, str(label_row(row, kind.labels).words), say_reason(row, content)]


def say_reason(row: JobRow, content: Content) -> str:
    """Why the row failed, or what it did, on one line."""
    lines = [f"{line.header}：{line.words}" if line.header else line.words for line in content.lines_read]
    return row.reason or " ".join(lines)
