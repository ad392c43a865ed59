"""How the fate of a row is called, before and after it was done."""

from collections.abc import Mapping
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


_BEFORE = {
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


Labels = Mapping[Fate, tuple[Label, Label]]
"""Of each fate that rows of a kind may have, what is said before and after they were done."""

USUAL: Labels = {fate: (before, _DONE.get(fate, before)) for fate, before in _BEFORE.items()}


def label_row(row: JobRow, labels: Labels = USUAL) -> Label:
    """What becomes of the row, or what became of it."""
    before, after = labels[Fate(row.fate or Fate.SAME)]
    return after if row.state == RowState.DONE else before
