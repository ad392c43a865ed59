"""Columns as objects: each knows its header in every spelling and how to read a cell, or why it cannot."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.errors import Refused
from shop.money import MAX_FEN, parse_yuan
from shop.sheets.cells import Cell, CellKind, is_damaged, is_exact, narrow, strip_invisible
from shop.words import fill

_WHOLE = re.compile(r"^[+-]?\d{1,12}(\.0+)?$", re.ASCII)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$", re.ASCII)
_YES = frozenset({"是", "yes", "y", "true", "1", "on", "上架", "√", "✓"})
_NO = frozenset({"否", "no", "n", "false", "0", "off", "下架", "×", "✗"})


class Wrong(Exception):
    """A cell cannot be taken; the message tells the person how to repair it."""

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Column:
    """A text column; the other kinds inherit from it.

    `header` is what we write, `aliases` what people write. `is_required`: the sheet must have the column.
    `is_needed`: no row may leave it blank. `fills_down`: a merged cell stands for all its rows.
    """

    name: str
    header: Any
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    is_needed: bool = False
    fills_down: bool = False
    max_length: int = 200

    def read(self, cell: Cell) -> Any:
        """The value of a cell that is not blank. Raises Wrong."""
        if cell.kind == CellKind.ERROR:
            raise Wrong(fill(_("The cell holds the error %(error)s."), {"error": cell.text}))
        return self.parse(cell)

    def parse(self, cell: Cell) -> Any:
        text = self.clean(cell)
        if len(text) > self.max_length:
            raise Wrong(fill(_("At most %(most)d characters."), {"most": self.max_length}))
        return text

    def clean(self, cell: Cell) -> str:
        """The text of the cell without what crept in; shown beside the original when they differ."""
        return strip_invisible(cell.text)


@dataclass(frozen=True)
class CodeColumn(Column):
    """An identifier: taken exactly or not at all, since a guessed number reaches the wrong thing.

    `is_known` tells whether a code that looks damaged is one of ours as it stands, and no other it might have been.
    """

    prefixes: tuple[str, ...] = ()
    drops_spaces: bool = False
    is_known: Callable[[str], bool] | None = None

    def parse(self, cell: Cell) -> str:
        if cell.kind == CellKind.DATE:
            raise Wrong(_("Excel turned this into a date. Format the column as text and type it again."))
        if cell.kind == CellKind.NUMBER and not is_exact(cell.value):
            raise Wrong(_damaged(cell))
        text: str = super().parse(cell)
        if is_damaged(text, is_csv=cell.is_csv) and not (self.is_known and self.is_known(text)):
            raise Wrong(_damaged(cell))
        return text

    def clean(self, cell: Cell) -> str:
        text = narrow(cell.text)
        for prefix in self.prefixes:
            text = text.removeprefix(prefix).lstrip(" :")
        return re.sub(r"\s", "", text) if self.drops_spaces else text


def list_texts(columns: Sequence[Column]) -> list[str]:
    """Headers of the columns that a spreadsheet program must take for text: it would cut long numbers short."""
    return [str(column.header) for column in columns if isinstance(column, CodeColumn)]


def _damaged(cell: Cell) -> Any:
    words = _("Excel changed this number to %(text)s. Format the column as text and type it again.")
    return fill(words, {"text": cell.text})


@dataclass(frozen=True)
class WholeColumn(Column):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def parse(self, cell: Cell) -> int:
        text = self.clean(cell)
        if cell.kind in (CellKind.DATE, CellKind.BOOL) or not _WHOLE.match(text):
            raise Wrong(_("Type a whole number."))
        number = int(float(text))
        if not self.least <= number <= self.most:
            message = _("Type a number from %(least)d to %(most)d.")
            raise Wrong(fill(message, {"least": self.least, "most": self.most}))
        return number

    def clean(self, cell: Cell) -> str:
        return _join_groups(narrow(cell.text))


def _join_groups(text: str) -> str:
    """Commas between thousands are left out; any other may have been meant as the point of a decimal."""
    return text.replace(",", "") if _GROUPED.match(text) else text


@dataclass(frozen=True)
class MoneyColumn(Column):
    """An amount in yuan, read as fen."""

    most_fen: int = MAX_FEN

    def parse(self, cell: Cell) -> int:
        if cell.kind in (CellKind.DATE, CellKind.BOOL):
            raise Wrong(_("Type an amount in yuan with at most two decimals."))
        try:
            fen = parse_yuan(self.clean(cell))
        except Refused as refused:
            raise Wrong(refused.message) from refused
        if fen > self.most_fen:
            message = _("Type an amount of at most %(most)d yuan.")
            raise Wrong(fill(message, {"most": self.most_fen // 100}))
        return fen

    def clean(self, cell: Cell) -> str:
        return _join_groups(narrow(cell.text).lstrip("¥").removesuffix("元").strip())


@dataclass(frozen=True)
class YesNoColumn(Column):
    """是 or 否, in the words people use for it."""

    def parse(self, cell: Cell) -> bool:
        if cell.kind == CellKind.BOOL:
            return bool(cell.value)
        word = narrow(cell.text).casefold()
        if word not in _YES | _NO:
            raise Wrong(_("Type yes or no."))
        return word in _YES

    def clean(self, cell: Cell) -> str:
        return cell.text.strip()


@dataclass(frozen=True)
class DateColumn(Column):
    """A day, as a date cell or written 2026-12-31."""

    def parse(self, cell: Cell) -> date:
        day = self._read(cell)
        if day is None or not clock.EARLIEST_DAY <= day <= clock.LATEST_DAY:
            raise Wrong(_("Type a date as 2026-12-31."))
        return day

    def _read(self, cell: Cell) -> date | None:
        if isinstance(cell.value, datetime):
            return cell.value.date()
        if isinstance(cell.value, date):
            return cell.value
        text = re.sub(r"[/.年月]", "-", self.clean(cell)).rstrip("日")
        parts = [part.zfill(2) for part in text.split("-")]
        try:
            return parse_date("-".join(parts)) if len(parts) == 3 else None
        except (ValueError, ValidationError):
            return None

    def clean(self, cell: Cell) -> str:
        return narrow(cell.text)
