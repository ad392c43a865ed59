"""One cell as it was read, and what spreadsheets do to text and numbers."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program take a text for a formula; the last four are full-width twins."""

_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TEXT_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+\d{2,}$")
_ZERO_TAIL = re.compile(r"^\d{15}0+$")
_DATE_LIKE = re.compile(
    r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2}( 0?0:00(:00)?)?|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}-[A-Z][a-z]{2}(-\d{2,4})?"
    r"|(\d{4}年)?\d{1,2}月\d{1,2}日|[A-Z][a-z]{2}-\d{2})$"
)
EXACT_BELOW = 10**15
"""Spreadsheets keep 15 digits of a number; whatever came after them is lost."""


class CellKind(StrEnum):
    BLANK = "blank"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's value with the kind its file gave it; csv knows texts only."""

    kind: CellKind = CellKind.BLANK
    value: Any = None
    is_csv: bool = False
    is_merged: bool = False

    @property
    def text(self) -> str:
        """The value as a person would read it."""
        if self.kind == CellKind.BLANK:
            return ""
        if self.kind == CellKind.NUMBER:
            return write_number(self.value)
        return str(self.value)


BLANK = Cell()


def write_number(value: float) -> str:
    """Digits without an exponent as long as they are exact, without the noise of binary fractions."""
    if is_exact(value):
        return str(int(value))
    return format(value, ".15g").upper()


def is_exact(value: float) -> bool:
    """Whether a number is a whole one of which no digit was lost."""
    return float(value).is_integer() and abs(value) < EXACT_BELOW


def strip_invisible(text: str) -> str:
    """Without characters nobody sees, without blanks at the ends, and without the marks that keep formulas dead."""
    text = _CONTROL.sub("", _INVISIBLE.sub("", text.replace("\r\n", "\n"))).strip()
    if match := _TEXT_FORMULA.match(text):
        text = match.group(1).strip()
    if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS):
        text = text[1:]
    return text


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as plain ones; joiners and odd spaces out."""
    return unicodedata.normalize("NFKC", strip_invisible(text)).replace("\u200d", "").strip()


def is_damaged(text: str, *, is_csv: bool) -> bool:
    """Whether a text looks like what a spreadsheet program makes of an identifier: 7.73E+13.

    In csv also a date, or digits of which all beyond the fifteenth are zeros. In .xlsx what is shown stays apart from
    what is kept: only numbers and dates were changed, and their cells say so.
    """
    if _SCIENTIFIC.match(text):
        return True
    return is_csv and bool(_ZERO_TAIL.match(text) or _DATE_LIKE.match(text))
