"""Taking an uploaded file apart: by content and not by its name, bounded before anything is unpacked.

A bomb is refused by the sizes its directory declares; `zipfile` never unpacks more than was declared, and openpyxl
gets only the parts that were counted, since a workbook may name any part as its worksheet. Tags are counted before
anything is parsed: each empty element of four bytes would become an object of a hundred. Entity bombs meet
defusedxml, with which openpyxl parses where it is installed.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import openpyxl
from defusedxml.ElementTree import iterparse
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import range_boundaries

from shop.errors import Refused
from shop.sheets.cells import BLANK, Cell, CellKind

MAX_BYTES = 10_000_000
MAX_UNPACKED = 24_000_000
MAX_PARTS = 1_000
FREE_ELEMENTS, ELEMENTS_PER_ROW = 60_000, 100
"""Of all parts together; each of twenty cells takes two, and a text of its own three more."""
FREE_ATTRIBUTES, ATTRIBUTES_PER_ROW = 100_000, 100
"""A cell takes three, a row up to eight of its own."""
MAX_OTHER_TAGS = 20_000
"""Of each part that is neither a worksheet nor the shared strings: they become trees of rich objects."""
MAX_RUN = 30_000
"""Elements from one row or shared text to the next: what hangs below one of them is in memory at once."""
MAX_NAMES = 1_000
"""Different names of tags in a part; each is kept for good."""
LONGEST_PIECE = 300_000
"""Bytes from one tag to the next: expat reads a tag or comment that goes on anew with each block of the file."""
MAX_SHEETS = 200
MAX_TEXT = 24_000_000
"""Characters of all cells together: a text that the file holds once may stand in each of a million."""
FREE_CELLS = 200_000
"""Of a .csv, beside MAX_COLUMNS for each row: its reader makes a whole record at once."""

_OPENING = re.compile(rb"<(?!/)([^\s/>]*)")
_PIECES = frozenset({b"row", b"si"})

MAX_COLUMNS = 100
MAX_ROW_NUMBER = 100_000
MAX_MERGES = 20_000
PEEK = 200
"""Rows of a glance, blank ones counted: the header stands in one of them."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doc", b"<?xml", b"<table", b"<meta")

if not openpyxl.DEFUSEDXML or openpyxl.LXML:
    raise ImproperlyConfigured("openpyxl must parse with defusedxml: entity bombs would pass.")


@dataclass(frozen=True)
class RawRow:
    """One row as it stands in the file; `number` is what the spreadsheet program shows beside it."""

    number: int
    cells: list[Cell]
    is_hidden: bool = False

    @property
    def is_blank(self) -> bool:
        return not any(cell.text.strip() for cell in self.cells)


@dataclass
class RawSheet:
    """The rows of the first visible sheet, and the names of the sheets that were not read."""

    rows: list[RawRow]
    other_sheets: list[str] = field(default_factory=list)


def read_sheet(raw: bytes, *, max_rows: int) -> RawSheet:
    """Read an .xlsx or .csv file with at most `max_rows` rows that are not blank.

    Raises Refused (400): `sheet_empty`, `sheet_too_large`, `sheet_too_long`, `sheet_encrypted`, `sheet_macros`,
    `sheet_broken`, `not_a_sheet`.
    """
    return _read(raw, max_rows, peek=None)


def peek_sheet(raw: bytes, *, max_rows: int) -> RawSheet:
    """The first rows alone, without a look at what is merged or hidden. Raises Refused as `read_sheet`."""
    return _read(raw, max_rows, peek=PEEK)


def _read(raw: bytes, max_rows: int, peek: int | None) -> RawSheet:
    if not raw.strip():
        raise Refused("sheet_empty", _("The file is empty."), 400)
    if len(raw) > MAX_BYTES:
        raise _too_large()
    if raw.startswith(_OLE):
        message = _(
            "The file is protected by a password or in the old .xls format. Save it as .xlsx without one."
        )
        raise Refused("sheet_encrypted", message, 400)
    if raw.startswith(b"PK"):
        return _read_xlsx(raw, max_rows, peek)
    return RawSheet(_keep(islice(_read_csv(raw, max_rows), peek), max_rows))


def _too_large() -> Refused:
    return Refused("sheet_too_large", _("The file is too large. Split it into several."), 400)


def _broken() -> Refused:
    return Refused("sheet_broken", _("The file is damaged. Open it, save it again as .xlsx and retry."), 400)


def _keep(rows: Iterator[RawRow], max_rows: int) -> list[RawRow]:
    kept: list[RawRow] = []
    for row in rows:
        if row.number > MAX_ROW_NUMBER or len(kept) > max_rows:
            message = _("The sheet has more than %(most)d rows. Split it into several.")
            raise Refused("sheet_too_long", message % {"most": max_rows}, 400)
        if not row.is_blank:
            kept.append(row)
    return kept


def _read_xlsx(raw: bytes, max_rows: int, peek: int | None) -> RawSheet:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_archive(archive)
            parts = _take_parts(archive, max_rows)
        book = openpyxl.load_workbook(parts, read_only=True, data_only=True, keep_links=False)
        try:
            return _read_book(book, max_rows, peek)
        finally:
            book.close()
    except Refused:
        raise
    except Exception as error:
        # A hostile file makes the parsers fail in ways nobody can list; all mean that it cannot be read.
        raise _broken() from error


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("sheet_encrypted", _("The file is protected by a password. Save it without one."), 400)
    # Pictures in a sheet are never unpacked here, so that only the parts that are read count.
    unpacked = sum(part.file_size for part in parts if _is_read(part))
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise _too_large()
    if any(name.endswith("vbaproject.bin") for name in names):
        message = _("The file contains macros. Save it as .xlsx without macros.")
        raise Refused("sheet_macros", message, 400)
    if "xl/workbook.xml" not in names:
        raise Refused("not_a_sheet", _("This is not a spreadsheet. Upload .xlsx or .csv."), 400)


def _is_read(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))


def _take_parts(archive: zipfile.ZipFile, max_rows: int) -> io.BytesIO:
    """The archive anew, with nothing in it but the parts that were counted, and no more than so many rows need."""
    taken, seen = io.BytesIO(), Counter[str]()
    with zipfile.ZipFile(taken, "w") as copy:
        for part in filter(_is_read, archive.infolist()):
            data = archive.read(part)
            _weigh(part.filename.lower(), data, seen, max_rows)
            copy.writestr(part.filename, data)
    return taken


def _weigh(name: str, data: bytes, seen: "Counter[str]", max_rows: int) -> None:
    """Add what the parsers will have to do for a part to what was seen before. Raises Refused where it is too much."""
    if b"\0" in data:
        # Two bytes to a letter would hide from all the counts.
        raise _broken()
    tags = data.count(b"<")
    elements = tags - data.count(b"</")
    seen.update(elements=elements, attributes=data.count(b"="), sheets=data.count(b"sheetId"))
    is_rows = name.startswith(("xl/worksheets/", "xl/sharedstrings"))
    if (
        seen["elements"] > FREE_ELEMENTS + ELEMENTS_PER_ROW * max_rows
        or seen["attributes"] > FREE_ATTRIBUTES + ATTRIBUTES_PER_ROW * max_rows
        or seen["sheets"] > MAX_SHEETS
        or (not is_rows and tags > MAX_OTHER_TAGS)
    ):
        raise _too_large()
    _look_at_tags(data)


def _look_at_tags(data: bytes) -> None:
    """One by one, since a list of them would take more memory than the part. Raises Refused."""
    names: set[bytes] = set()
    rows = run = last = 0
    for tag in _OPENING.finditer(data):
        name, at = tag[1], tag.start()
        names.add(name)
        run += 1
        if (kind := name.rpartition(b":")[2]) in _PIECES:
            rows += kind == b"row"
            run = 0
        if run > MAX_RUN or rows > MAX_ROW_NUMBER or at - last > LONGEST_PIECE or len(names) > MAX_NAMES:
            raise _too_large()
        last = at
    if len(data) - last > LONGEST_PIECE:
        raise _too_large()


def _read_book(book: Any, max_rows: int, peek: int | None) -> RawSheet:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise Refused("sheet_empty", _("The file is empty."), 400)
    sheet = sheets[0]
    hidden, merged = _read_layout(book, sheet) if peek is None else (set(), {})
    # The declared size of a sheet is often wrong; rows beyond it would silently be lost.
    sheet.reset_dimensions()
    rows = _keep(islice(_list_rows(sheet, hidden, merged), peek), max_rows)
    _spread(rows, merged)
    if sum(len(cell.value) for row in rows for cell in row.cells if isinstance(cell.value, str)) > MAX_TEXT:
        raise _too_large()
    return RawSheet(rows, [other.title for other in sheets[1:]])


def _read_layout(book: Any, sheet: Any) -> tuple[set[int], dict[tuple[int, int], tuple[int, int]]]:
    """Numbers of hidden rows, and cell → first cell of the merged range it lies in; columns count from 0."""
    hidden: set[int] = set()
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    number = 0
    with book._archive.open(sheet._worksheet_path) as part:
        for element in _list_elements(part):
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                number = int(element.get("r", number + 1))
                if element.get("hidden") in ("1", "true"):
                    hidden.add(number)
            elif tag == "mergeCell":
                _add_merge(merged, element.get("ref", ""))
    return hidden, merged


def _list_elements(part: Any) -> Iterator[Any]:
    """Every element when it ends; none is kept, or the tree of a large sheet would stand in memory."""
    above: list[Any] = []
    for event, element in iterparse(part, events=("start", "end")):
        if event == "start":
            above.append(element)
            continue
        yield element
        above.pop()
        if above:
            above[-1].remove(element)


def _add_merge(merged: dict[tuple[int, int], tuple[int, int]], ref: str) -> None:
    left, top, right, bottom = range_boundaries(ref)
    if None in (left, top, right, bottom):
        return
    bottom, right = min(bottom, MAX_ROW_NUMBER), min(right, MAX_COLUMNS)
    if len(merged) + (bottom - top + 1) * (right - left + 1) > MAX_MERGES:
        raise _too_large()
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            merged[row, column - 1] = (top, left - 1)


def _list_rows(
    sheet: Any, hidden: set[int], merged: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[RawRow]:
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        read = [_read_cell(cell, (number, at) in merged) for at, cell in enumerate(cells)]
        yield RawRow(number, read, number in hidden)


def _read_cell(cell: Any, is_merged: bool) -> Cell:
    value = cell.value
    if value is None or value == "":
        return Cell(is_merged=True) if is_merged else BLANK
    return Cell(_kind_of(cell, value), value, is_merged=is_merged)


def _kind_of(cell: Any, value: Any) -> CellKind:
    if cell.data_type == "e":
        return CellKind.ERROR
    if isinstance(value, bool):
        return CellKind.BOOL
    if isinstance(value, int | float):
        return CellKind.NUMBER
    if isinstance(value, datetime | date | time | timedelta):
        return CellKind.DATE
    return CellKind.TEXT


def _spread(rows: list[RawRow], merged: dict[tuple[int, int], tuple[int, int]]) -> None:
    """Give every cell of a merged range the value of its first one; columns decide whether they may use it."""
    by_number = {row.number: row for row in rows}
    for (number, column), (top, left) in merged.items():
        row, first = by_number.get(number), by_number.get(top)
        if row is None or first is None or (number, column) == (top, left):
            continue
        if column < len(row.cells) and left < len(first.cells):
            origin = first.cells[left]
            row.cells[column] = Cell(origin.kind, origin.value, is_merged=True)


def _read_csv(raw: bytes, max_rows: int) -> Iterator[RawRow]:
    text = _decode(raw)
    delimiter = _find_delimiter(text)
    if text.count(delimiter) > FREE_CELLS + MAX_COLUMNS * max_rows:
        raise _too_large()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        # Spreadsheet programs count records; the reader's own number counts the lines of a text that has several.
        for number, cells in enumerate(reader, start=1):
            read = [Cell(CellKind.TEXT, cell, is_csv=True) if cell.strip() else BLANK for cell in cells]
            yield RawRow(number, read[:MAX_COLUMNS])
    except csv.Error as error:
        raise _broken() from error


def _decode(raw: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else GBK in its widest form. Raises Refused `not_a_sheet`."""
    if raw[:20].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        message = _("This is a web page under a spreadsheet's name. Open it and save it as .xlsx.")
        raise Refused("not_a_sheet", message, 400)
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("not_a_sheet", _("This is not a spreadsheet. Upload .xlsx or .csv."), 400)


def _find_delimiter(text: str) -> str:
    """The separator that the first lines hold most of."""
    head = "\n".join(text.splitlines()[:20]) if len(text) < 100_000 else text[:10_000]
    # Quoted cells are prose, with separators of their own.
    return max(",;\t", key=re.sub(r'"[^"]*"', "", head).count)
