"""What the rows of a sheet would do, found out before anything changes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.errors import Refused
from shop.sheets.columns import Column
from shop.sheets.reading import read_sheet
from shop.sheets.table import Problem, SheetRow, Table, read_table

ADDED = (_("Row"), _("Result"), _("Reason"))
"""Headers of what the shop writes beside the cells that were sent, when it gives a sheet back: see `write_sheet`."""


class Fate(StrEnum):
    """What becomes, or became, of a row."""

    REFUSED = "refused"
    ADD = "add"
    CHANGE = "change"
    SAME = "same"


@dataclass
class CheckedRow:
    """A row with what it would do; `words` say it to a person, in the language in which they are read.

    `unsaid` are the values that stand in the words only in part.
    """

    row: SheetRow
    fate: Fate = Fate.SAME
    words: list[Any] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)

    def refuse(self, message: Any, header: Any = "") -> None:
        self.row.refuse(message, header)
        self.fate = Fate.REFUSED

    @property
    def digest(self) -> str:
        """What tells two rows apart of which the same is said; "" where everything is said."""
        return hashlib.sha256("\0".join(self.unsaid).encode()).hexdigest() if self.unsaid else ""

    @property
    def problems(self) -> list[Problem]:
        return self.row.problems


@dataclass
class Unit:
    """Rows that are done together or not at all; `plan` is the kind's own, `file_name` is known when it is done."""

    rows: list[CheckedRow]
    plan: Any = None
    file_name: str = ""

    @property
    def has_work(self) -> bool:
        return any(row.fate not in (Fate.SAME, Fate.REFUSED) for row in self.rows)


@dataclass(frozen=True)
class Asked:
    """Who wants to know what a sheet would do, and what they chose for all of its rows, by the names of the fields."""

    actor: Actor
    choices: Mapping[str, Any]


Check = Callable[[Table], list[Unit]]


def read_upload(content: bytes, columns: Sequence[Column], *, max_rows: int) -> Table:
    """The table in an uploaded file. Raises Refused as `read_sheet` and `read_table`, and `sheet_empty` (400)."""
    table = read_table(read_sheet(content, max_rows=max_rows), columns, passed_over=ADDED)
    if not table.rows:
        raise Refused("sheet_empty", _("The sheet has no rows below its header."), 400)
    return table


def check_table(table: Table, check: Check) -> list[Unit]:
    """Check a table against the shop as it is now: the units of its rows."""
    units = check(table)
    for unit in units:
        _refuse_together(unit)
    return units


def _refuse_together(unit: Unit) -> None:
    """A row that is refused takes along the others of its unit: it is done whole or not at all."""
    for row in unit.rows:
        if row.problems:
            row.fate = Fate.REFUSED
    if any(row.problems for row in unit.rows):
        for row in unit.rows:
            if not row.problems:
                row.refuse(_("Another row that belongs to it has a mistake."))
