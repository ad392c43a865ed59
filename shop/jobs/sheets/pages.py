"""What the page of a job shows of a sheet: how many rows have which fate, and one page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from shop.http.api.fields import read_id
from shop.jobs import pages
from shop.jobs.models import Job, JobRow, RowState
from shop.jobs.sheets.content import Cleaned, Content, Line
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.labels import Label, label_row
from shop.jobs.sheets.selectors import count_fates, list_by_fate, list_contents
from shop.sheets.columns import CodeColumn
from shop.staff.decorators import StaffRequest

ROWS_ON_A_PAGE = 50


@dataclass(frozen=True)
class RowView:
    """One row with what it was called by, its fate, and what there is to say of it."""

    row: JobRow
    content: Content
    shown: list[str]
    label: Label
    kind: SheetKind

    @property
    def lines(self) -> list[Line]:
        return [Line("", self.row.reason)] if self.row.reason else self.content.lines_read

    @property
    def codes(self) -> list[bool]:
        """Which of the shown columns hold codes and numbers, which are read better on one line."""
        return [isinstance(column, CodeColumn) for column in self.kind.shown_columns]

    @property
    def is_refused(self) -> bool:
        return self.row.state == RowState.FAILED

    @property
    def cleaned(self) -> list[tuple[Any, Cleaned]]:
        headers = {column.name: column.header for column in self.kind.columns}
        return [(headers[cleaned.name], cleaned) for cleaned in self.content.cleaned]


def make_sheet_context(job: Job, kind: SheetKind, request: StaffRequest) -> dict[str, Any]:
    """The tabs, and the rows of one from `?after=` a row number on."""
    counts = count_fates(job)
    fate = request.GET.get("fate", "")
    fate = fate if fate in counts else ""
    after = max(read_id(request.GET.get("after", "")), 0)
    found = list(list_by_fate(job, fate).filter(position__gt=after)[: ROWS_ON_A_PAGE + 1])
    shown = found[:ROWS_ON_A_PAGE]
    labels = {f: pair[not job.is_open] for f, pair in kind.labels.items()}
    return {
        "offer": kind.offer(job.left),
        "fates": [(label, counts[f]) for f, label in labels.items() if counts[f]],
        "tabs": [
            pages.make_tab(job, "fate", name, label, count, fate)
            for name, label, count in (
                ("", _("All"), job.total),
                *((f, label.words, counts[f]) for f, label in labels.items()),
            )
        ],
        "fate": fate,
        "counts": counts,
        "columns": kind.shown_columns,
        "rows": _make_views(shown, kind),
        "is_first": not after,
        "next_after": shown[-1].position if len(found) > len(shown) else 0,
        "places": kind.places,
    }


def _make_views(rows: Sequence[JobRow], kind: SheetKind) -> list[RowView]:
    contents = list_contents(rows)
    names = [column.name for column in kind.shown_columns]
    return [
        RowView(
            row,
            contents[row.position],
            [contents[row.position].shown.get(name, "") for name in names],
            label_row(row, kind.labels),
            kind,
        )
        for row in rows
    ]
