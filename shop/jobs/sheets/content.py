"""What a row of a sheet carries from its upload to its verdict, as JSON: cells, what they mean, what was cleaned."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shop.jobs.sheets.checking import CheckedRow
from shop.sheets.cells import Cell, CellKind
from shop.sheets.columns import Column
from shop.sheets.table import SheetRow, Table, read_row
from shop.words import in_each_language, read_kept

_DATES = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


@dataclass(frozen=True)
class Line:
    """A sentence about a row; `header` names the column it is about, "" for the whole row."""

    header: str
    words: str


@dataclass(frozen=True)
class Cleaned:
    """A cell of the column `name` that was read differently from how it was written."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Content:
    """The content of one row; `lines` are by language, `digest` is of what they leave out."""

    cells: dict[str, Cell] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    cleaned: list[Cleaned] = field(default_factory=list)
    is_hidden: bool = False
    digest: str = ""

    @property
    def shown(self) -> dict[str, str]:
        """Column name → the cell as a person would read it."""
        return {name: cell.text for name, cell in self.cells.items()}

    @property
    def lines_read(self) -> list[Line]:
        """In the reader's language: why the row is refused, or what it does."""
        return read_kept(self.lines, [])


def write_content(row: CheckedRow, columns: Sequence[Column]) -> str:
    """The content of a checked row, for `read_content`."""
    names = {str(column.header): column.name for column in columns}
    cleaned = [[names[str(c.header)], c.before, c.after] for c in row.row.cleaned]
    kept: dict[str, Any] = {
        "cells": {name: _pack(cell) for name, cell in row.row.cells.items()},
        "lines": in_each_language(lambda: _say(row)),
    }
    if cleaned:
        kept["cleaned"] = cleaned
    if row.row.is_hidden:
        kept["is_hidden"] = True
    if row.digest:
        kept["digest"] = row.digest
    return json.dumps(kept, ensure_ascii=False)


def say_row(row: CheckedRow) -> list[Line]:
    """What there is to say of a checked row, in the reader's language."""
    return [Line(*pair) for pair in _say(row)]


def _say(row: CheckedRow) -> list[tuple[str, str]]:
    if row.problems:
        return [(str(problem.header), str(problem.message)) for problem in row.problems]
    return [("", str(words)) for words in row.words]


def read_content(text: str) -> Content:
    """What `write_content` wrote; nothing where the content is no longer kept."""
    if not text:
        return Content()
    kept = json.loads(text)
    return Content(
        cells={name: _unpack(packed) for name, packed in kept["cells"].items()},
        lines={code: [Line(*pair) for pair in pairs] for code, pairs in kept["lines"].items()},
        cleaned=[Cleaned(*parts) for parts in kept.get("cleaned", ())],
        is_hidden=kept.get("is_hidden", False),
        digest=kept.get("digest", ""),
    )


def make_table(contents: Mapping[int, Content], columns: Sequence[Column]) -> Table:
    """The rows by their numbers, read anew from the cells they had."""
    present = [c for c in columns if any(c.name in content.cells for content in contents.values())]
    rows = [_read_anew(number, content, present) for number, content in contents.items()]
    return Table(present, rows)


def _read_anew(number: int, content: Content, columns: Iterable[Column]) -> SheetRow:
    own = [column for column in columns if column.name in content.cells]
    return read_row(number, content.cells, own, is_hidden=content.is_hidden)


def _pack(cell: Cell) -> list[Any]:
    """Kind, value, marks; dates by their type, whatever else JSON does not know as its text."""
    value, kind = cell.value, type(cell.value).__name__
    if kind in _DATES:
        value = {kind: cell.value.isoformat()}
    elif not isinstance(value, str | int | float | bool | None):
        value = str(value)
    return [cell.kind, value, ("c" if cell.is_csv else "") + ("m" if cell.is_merged else "")]


def _unpack(packed: Sequence[Any]) -> Cell:
    kind, value, marks = packed
    if isinstance(value, dict):
        ((name, text),) = value.items()
        value = _DATES[name](text)
    return Cell(CellKind(kind), value, is_csv="c" in marks, is_merged="m" in marks)
