"""Writing sheets row by row, in constant memory, with every formula made harmless."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone
from rustpy_xlsxwriter import Format, write_worksheet

from shop.sheets.cells import FORMULA_STARTS

AS_IT_IS: Any = None
_WIDE = 24
LONGEST_CELL = 32_767
"""No cell of an .xlsx file holds more characters."""

_NOT_IN_XML = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


def neutralise(text: str) -> str:
    """Keep a text from being taken for a formula; `strip_invisible` takes the mark off again on reading."""
    if text[:1].isalnum() and text.isprintable():
        return text  # Nearly all of millions of cells.
    if not text.isprintable():
        text = text.translate(_NOT_IN_XML)
    # Programs skip blanks and invisible marks before they look for a formula.
    return f"'{text}" if text.lstrip(" \n\u00a0\ufeff\u200b").startswith(FORMULA_STARTS) else text


def write_rows(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    has_dates: bool = False,
    texts: Sequence[str] = (),
) -> None:
    """Write a header and rows to an .xlsx file, or to .csv when the path ends so.

    Texts are neutralised; give identifiers as text, since numbers become binary fractions, and amounts as `Decimal` of
    yuan, which are shown with two decimals. `rows` may be a generator: it is read once and never held. Headers must
    differ from each other. `has_dates`: moments are dates of the spreadsheet program in .xlsx, in the shop's time zone;
    without it they are texts, which a program that reads the sheet back does not change. `texts` are headers of columns
    that are formatted as text where they are empty too: a long number that is typed there keeps all its digits.
    """
    names = [neutralise(str(name)) for name in header]
    if path.suffix == ".csv":
        _write_csv(path, names, rows)
    else:
        write_worksheet(
            _list_records(names, rows, _make_typed() if has_dates else _PLAIN),
            str(path),
            sheet_name="Sheet1",
            bold_headers=True,
            freeze_row=1,
            column_width=16,
            column_widths=dict.fromkeys(map(neutralise, texts), _WIDE),
            column_formats={neutralise(name): Format().set_num_format("@") for name in texts},
            float_format="0.00",
            datetime_format="yyyy-mm-dd hh:mm:ss",
        )


def _list_records(
    names: list[str], rows: Iterable[Sequence[Any]], converters: Mapping[type, Callable[[Any], Any]]
) -> Iterator[dict[str, Any]]:
    find, empty = converters.get, True
    for row in rows:
        empty = False
        cells = [
            value if (convert := find(type(value), _to_cell)) is AS_IT_IS else convert(value) for value in row
        ]
        yield dict(zip(names, cells, strict=True))
    if empty:
        # Without a record the writer would not know the header.
        yield dict.fromkeys(names, "")


def _to_text(text: str) -> str:
    return neutralise(text)[:LONGEST_CELL]


def _to_cell(value: Any) -> Any:
    if isinstance(value, str):
        return _to_text(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S") if value.tzinfo else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


_PLAIN: dict[type, Any] = {str: _to_text, int: AS_IT_IS, float: AS_IT_IS}
"""How values become cells, by exact type, as there are millions of them; any other goes through `_to_cell`."""


def _make_typed() -> dict[type, Any]:
    """The same with moments as dates and amounts as numbers."""
    zone = timezone.get_current_timezone()

    def to_date(value: datetime) -> Any:
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0) if value.tzinfo else _to_cell(value)

    return _PLAIN | {Decimal: float, datetime: to_date}


def _write_csv(path: Path, names: list[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([_to_cell(value) for value in row] for row in rows)
