"""How the fate of a row is called, before and after it was done."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.jobs.models import JobRow, RowState
from shop.jobs.sheets.checking import Fate


@dataclass(frozen=True)
class Label:
    """Words with the tone of their badge."""

    words: Any
    tone: str


FATES = {
    Fate.REFUSED: Label(_("Refused"), "overdue"),
    Fate.ADD: Label(_("New"), "move"),
    Fate.CHANGE: Label(_("Changes"), "move"),
    Fate.SAME: Label(_("Nothing changes"), "waiting"),
}
_DONE = {
    Fate.ADD: Label(pgettext_lazy("a row of a sheet", "Added"), "done"),
    Fate.CHANGE: Label(_("Changed"), "done"),
    Fate.SAME: Label(_("Nothing changed"), "waiting"),
}


def label_row(row: JobRow) -> Label:
    """What becomes of the row, or what became of it."""
    fate = Fate(row.fate or Fate.SAME)
    return _DONE[fate] if row.state == RowState.DONE else FATES[fate]
