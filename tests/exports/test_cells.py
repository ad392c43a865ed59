"""The cells of an .xlsx file as a spreadsheet program finds them: LibreOffice and Excel go by these types alone."""

from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from shop.actor import Actor
from tests import cast
from tests.exports.conftest import read_bytes, wish, written

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class RawCell:
    """`kind` is the type in the file ("" for a number), `format` how a number is shown."""

    kind: str
    format: str
    is_formula: bool


def read_row(content: bytes) -> list[RawCell]:
    """The first row below the header."""
    with ZipFile(BytesIO(content)) as book:
        sheet, styles = (
            ElementTree.fromstring(book.read(f"xl/{name}.xml"))  # noqa: S314 - a file of our own
            for name in ("worksheets/sheet1", "styles")
        )
    formats = {tag.get("numFmtId"): tag.get("formatCode") for tag in styles.iter(f"{SPREADSHEET}numFmt")}
    cells = styles.find(f"{SPREADSHEET}cellXfs")
    assert cells is not None
    used = [{"2": "0.00"}.get(xf.get("numFmtId", "")) or formats.get(xf.get("numFmtId")) for xf in cells]
    return [
        RawCell(
            cell.get("t", "").replace("inlineStr", "s"),
            used[int(cell.get("s", "0"))] or "",
            cell.find(f"{SPREADSHEET}f") is not None,
        )
        for cell in sheet.iter(f"{SPREADSHEET}c")
        if cell.get("r", "").rstrip("0123456789") + "2" == cell.get("r")
    ]


TEXT, COUNT = RawCell("s", "", False), RawCell("", "", False)
AMOUNT, MOMENT = RawCell("", "0.00", False), RawCell("", "yyyy-mm-dd hh:mm:ss", False)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("number", TEXT),
        ("buyer", TEXT),
        ("pay_number", TEXT),
        ("trade_no", TEXT),
        ("phone", TEXT),
        ("buyer_remark", TEXT),
        ("payable_yuan", AMOUNT),
        ("refunded_yuan", AMOUNT),
        ("placed_at", MOMENT),
        ("paid_at", MOMENT),
        ("pieces", COUNT),
    ],
)
def test_identifiers_are_text_amounts_numbers_moments_dates_and_nothing_is_a_formula(
    manager: Actor, column: str, cell: RawCell
) -> None:
    cast.paid_order(remark="=1+1")
    export = written(wish("orders", [column], reason="核对"), manager)
    assert read_row(read_bytes(export)) == [cell]
