"""From raw rows to checked ones: finding the header, reading each cell by its column, saying what was left out."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from shop.errors import Refused
from shop.sheets.cells import BLANK, Cell, CellKind, narrow
from shop.sheets.columns import CodeColumn, Column, Wrong
from shop.sheets.reading import RawRow, RawSheet
from shop.words import fill

HEADER_WITHIN = 20
"""A header stands in one of the first rows; above it are titles and remarks."""

LONGEST_HEADER = 100
LONGEST_TOTAL = 100

_CHINESE_TOTAL = r"(?:[合总小共]\s*计|总\s*数)"
_ENGLISH_TOTAL = r"(?:(?:grand\s*|sub\s*-?\s*)?total|sum)"
_NUMBER = r"[¥$]?\s*\d[\d.,]*\s*(?:元|件|个)?"
_TOTAL = re.compile(rf"(?:{_CHINESE_TOTAL}|{_ENGLISH_TOTAL})\s*(?::\s*(?:{_NUMBER})?)?", re.IGNORECASE)
_TOTAL_OF = re.compile(rf"(?:{_CHINESE_TOTAL}\s*|{_ENGLISH_TOTAL}\s+){_NUMBER}", re.IGNORECASE)
_DECORATION = re.compile(r"[\s*＊:：]|[(（\[【].*?[)）\]】]")


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken; `header` names the column, "" when the row itself is meant."""

    header: Any
    message: Any


@dataclass(frozen=True)
class Cleaned:
    """A cell that was read differently from how it was written."""

    header: Any
    before: str
    after: str


@dataclass
class SheetRow:
    """A row with its cells and values by column name; blank cells and missing columns are not in `values`."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cleaned: list[Cleaned] = field(default_factory=list)
    cells: dict[str, Cell] = field(default_factory=dict)
    is_hidden: bool = False

    @property
    def is_fine(self) -> bool:
        return not self.problems

    def refuse(self, message: Any, header: Any = "") -> None:
        self.problems.append(Problem(header, message))


@dataclass
class Table:
    """All rows of a sheet, fine or not, and what the person should know of the rest."""

    columns: list[Column]
    rows: list[SheetRow]
    notes: list[Any] = field(default_factory=list)


def normalise_header(text: str) -> str:
    """Headers are compared without width, case, blanks, stars and remarks in brackets."""
    # Looking for a bracket's end from every bracket takes quadratic time: nothing so long is a header.
    short = narrow(text[:LONGEST_HEADER])[:LONGEST_HEADER]
    return _DECORATION.sub("", _DECORATION.sub("", short)).casefold()


def read_table(sheet: RawSheet, columns: Sequence[Column], *, passed_over: Sequence[Any] = ()) -> Table:
    """Check every row against the columns; nothing is guessed and nothing is dropped in silence.

    Columns with the headers `passed_over`, which the shop itself has added, are not worth a note. Raises Refused
    `no_header` (400) naming the missing columns, or `column_twice` (400).
    """
    at, places = find_header(sheet.rows, columns)
    present = [column for column in columns if column.name in places]
    table = Table(present, [], _note_header(sheet, at, places, passed_over))
    totals = []
    codes = [places[column.name] for column in present if isinstance(column, CodeColumn)]
    for raw in sheet.rows[at + 1 :]:
        if _is_total(raw, codes):
            totals.append(raw.number)
        else:
            cells = {c.name: _find_cell(raw, places[c.name]) for c in present}
            table.rows.append(read_row(raw.number, cells, present, is_hidden=raw.is_hidden))
    if totals:
        table.notes.append(fill(_("Total rows were left out: %(rows)s."), {"rows": _join(totals)}))
    return table


def _join(items: Sequence[Any]) -> str:
    return "、".join(map(str, items[:20])) + ("…" if len(items) > 20 else "")


def find_header(rows: Sequence[RawRow], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """Which of the first rows is the header, and column name → place in it. Raises Refused as `read_table`."""
    known = _list_headers(columns)
    candidates = [(at, _match(row, known)) for at, row in enumerate(rows[:HEADER_WITHIN])]
    at, found = max(candidates, key=lambda c: len(set(c[1].values())), default=(0, {}))
    missing = [str(c.header) for c in columns if c.is_required and c.name not in found.values()]
    if missing:
        message = _("No row names these columns: %(names)s. Download the template to see the names.")
        raise Refused("no_header", fill(message, {"names": "、".join(missing)}), 400)
    places: dict[str, int] = {}
    for place, name in found.items():
        if name in places and not rows[at].cells[place].is_merged:
            message = _("The column “%(name)s” stands there twice. Delete one of them.")
            raise Refused("column_twice", fill(message, {"name": rows[at].cells[place].text}), 400)
        places.setdefault(name, place)
    return at, places


def _list_headers(columns: Sequence[Column]) -> dict[str, str]:
    """Every spelling of every header: a sheet written in one language may come back in another."""
    known = {normalise_header(alias): column.name for column in columns for alias in column.aliases}
    for column in columns:
        known |= dict.fromkeys(_spell(column.header), column.name)
    return known


def _spell(header: Any) -> set[str]:
    spellings = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            spellings.add(normalise_header(str(header)))
    return spellings


def _match(row: RawRow, known: Mapping[str, str]) -> dict[int, str]:
    words = ((place, normalise_header(cell.text)) for place, cell in enumerate(row.cells))
    return {place: known[word] for place, word in words if word in known}


def _note_header(
    sheet: RawSheet, at: int, places: Mapping[str, int], passed_over: Sequence[Any]
) -> list[Any]:
    notes: list[Any] = []
    if at:
        notes.append(fill(_("Rows above the header were left out: %(rows)d."), {"rows": at}))
    if unknown := _list_unknown(sheet.rows[at], set(places.values()), passed_over):
        notes.append(fill(_("Columns that mean nothing here: %(names)s."), {"names": _join(unknown)}))
    if sheet.other_sheets:
        names = _join(sheet.other_sheets)
        notes.append(fill(_("Only the first sheet was read, not: %(names)s."), {"names": names}))
    return notes


def _list_unknown(header: RawRow, used: Collection[int], passed_over: Sequence[Any]) -> list[str]:
    own = {spelling for words in passed_over for spelling in _spell(words)}
    texts = [cell.text.strip() for place, cell in enumerate(header.cells) if place not in used]
    return [text[:40] for text in texts if text and normalise_header(text) not in own]


def _is_total(raw: RawRow, codes: Sequence[int]) -> bool:
    """Whether the row adds others up. A row with a code of its own is none, however its product is called.

    In doubt it is none: a row that cannot be read is seen, one that is left out may be missed.
    """
    words = {place: narrow(cell.text) for place, cell in enumerate(raw.cells) if cell.text.strip()}
    first = next(iter(words), -1)
    if any(place in words and not _is_all(_TOTAL, words[place]) for place in codes):
        return False
    text = words.get(first, "")
    return _is_all(_TOTAL, text) or (first not in codes and _is_all(_TOTAL_OF, text))


def _is_all(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the pattern takes up all of a text; in a long one that nearly fits, finding out takes quadratic time."""
    return len(text) <= LONGEST_TOTAL and bool(pattern.fullmatch(text))


def _find_cell(raw: RawRow, place: int) -> Cell:
    return raw.cells[place] if place < len(raw.cells) else BLANK


def read_row(
    number: int, cells: Mapping[str, Cell], columns: Sequence[Column], *, is_hidden: bool = False
) -> SheetRow:
    """Check the cells of one row, by column name, against the columns."""
    row = SheetRow(number, cells=dict(cells), is_hidden=is_hidden)
    if is_hidden:
        row.refuse(_("The row is hidden in the sheet. Show it, or delete it."))
    for column in columns:
        _read_cell(row, column, row.cells[column.name])
    return row


def _read_cell(row: SheetRow, column: Column, cell: Cell) -> None:
    if cell.kind == CellKind.BLANK or not column.clean(cell):
        if column.is_needed:
            row.refuse(_("Fill in this cell."), column.header)
        return
    if cell.is_merged and not column.fills_down:
        row.refuse(_("The cell is merged with others. Unmerge it and fill in each row."), column.header)
        return
    try:
        row.values[column.name] = column.read(cell)
    except Wrong as wrong:
        row.refuse(wrong.message, column.header)
        return
    cleaned = column.clean(cell)
    if cell.kind == CellKind.TEXT and cleaned != cell.text:
        row.cleaned.append(Cleaned(column.header, cell.text, cleaned))
