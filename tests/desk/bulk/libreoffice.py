"""The sheet of LibreOffice in the corpus: how it was made, and what belongs to each of its rows.

    python -m tests.desk.bulk.libreoffice        # needs LibreOffice; only who changes the rows runs it

Two thousand rows below a title, forty of them wrong in many ways. The last column holds what is said of a wrong row.
Numbers of orders are made up: the test gives them to its orders.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape, quoteattr

FILE = Path(__file__).parents[2] / "corpus" / "shipping_libreoffice.xlsx"
ROWS, WRONG = 2000, 40
HEADER = ("订单号", "快递公司", "快递单号", "SKU编码", "数量", "备注")
UNKNOWN = "There is no such order."
NO_NUMBER = "is no tracking number"
_BETWEEN = 43
PARCELS = 5
"""A plain order goes in so many parcels, a row and a piece each."""
TWINS = 3
"""Pairs of orders, each of which has the number of the other."""


@dataclass(frozen=True)
class Row:
    """One row: cells as LibreOffice holds them, what is said of it; `state` names what its order went through.

    `order` is the number of an order that the shop has, "" where it has none.
    """

    cells: tuple[str | float, ...]
    says: str = ""
    order: str = ""
    state: str = "prepared"
    is_hidden: bool = False

    @property
    def is_wrong(self) -> bool:
        return bool(self.says)


def list_rows() -> Iterator[Row]:
    """All of them, in the order of the sheet: the wrong ones stand between the others."""
    wrong = list(_list_wrong())
    odd = list(_list_odd())
    plain = (_make_plain(at) for at in range(ROWS - len(wrong) - len(odd)))
    for row in [*odd, *wrong]:
        yield from (next(plain) for _ in range(_BETWEEN))
        yield row
    yield from plain


def name_order(at: int) -> str:
    return f"26113000{at:09d}7"


def _make_plain(at: int) -> Row:
    number = name_order(at // PARCELS)
    return Row((number, "顺丰速运", f"SF10000{at:08d}", "", 1), order=number)


def _list_odd() -> Iterator[Row]:
    """Those that are taken, though not as they stand there."""
    looks: list[tuple[str, str | float]] = [
        ("顺丰", "ＳＦ２００００００００００００"),
        ("", " SF 2000 0000 00001 "),
        ("", "运单号：SF2000000000002"),
        ("", "sf2000000000003\u200b"),
        ("中通", 773012345678901),
    ]
    for at, cells in enumerate(looks):
        number = name_order(10_000 + at)
        yield Row((number, *cells), order=number)


def _list_wrong() -> Iterator[Row]:
    numbers = iter(name_order(20_000 + at) for at in range(ROWS))
    for at, (state, says) in enumerate(STATES.items()):
        number = next(numbers)
        yield Row((number, "", f"SF3000000000{at:03d}"), says, number, state)
    for cells, says in _WRONG_CELLS:
        number = next(numbers)
        yield Row((number, *cells), says, number)
    for at in range(6):
        yield Row((f"2611309999999{at:05d}", "", f"SF3100000000{at:03d}"), UNKNOWN)
    yield Row(("26113099", "", "SF3200000000001"), "its number has 18 digits")
    yield Row((261130000099990007, "", "SF3200000000002"), "Excel changed this number")
    yield Row(("", "", "SF3200000000003"), "Fill in this cell.")
    number = next(numbers)
    yield Row((number, "", "SF3300000000001"), "The row is hidden in the sheet.", number, is_hidden=True)
    for at in range(TWINS):
        for number in (next(numbers), next(numbers)):
            yield Row((number, "", f"SF3400000000{at:03d}"), "has this number too", number)


STATES = {
    "unpaid": "The order has not been paid yet.",
    "paid": "The order has not been confirmed yet.",
    "held": "The order is on hold: 地址不详.",
    "closed": "The order is closed: cancelled by the shop.",
    "shipped": "All of this order has been shipped already, under: SF",
    "local": "This order goes without a courier",
}
_WRONG_CELLS: list[tuple[tuple[str | float, ...], str]] = [
    (("", 7730123456789012), "Excel changed this number"),
    (("", 77301234567890.5), "Excel changed this number"),
    (("", 12345678901), "Excel may have taken zeros before it."),
    (("", "=DATE(2026;11;30)"), "Excel turned this into a date."),
    (("", "=1/0"), "The cell holds the error"),
    (("", "7.73E+13"), "Excel changed this number"),
    (("", "未发货"), NO_NUMBER),
    (("", "SF1/SF2"), NO_NUMBER),
    (("", "12345"), NO_NUMBER),
    (("", "SF3500000000001;SF3500000000002"), NO_NUMBER),
    (("火箭快递", "SF3500000000003"), "The shop knows no courier"),
    (("", "ABC123456"), "The number does not tell the courier."),
    (("", "SF3500000000004", "", 0), "Type a number from"),
    (("", "SF3500000000005", "", -1), "Type a number from"),
    (("", "SF3500000000006", "", 1.5), "Type a whole number."),
    (("", "SF3500000000007", "", "很多"), "Type a whole number."),
    (("", "SF3500000000008", "", 99), "are left to send."),
    (("", "SF3500000000009", "没有这个"), "is left to send in this order"),
]


def write_file() -> None:
    """Have LibreOffice make the file."""
    with TemporaryDirectory() as folder:
        flat = Path(folder) / f"{FILE.stem}.fods"
        flat.write_text(_write_flat(), encoding="utf-8")
        call = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        call += ["--convert-to", "xlsx", "--outdir", str(FILE.parent), str(flat)]
        subprocess.run(call, check=True, timeout=300)


def _write_flat() -> str:
    title = _write_row(("十一月三十日发货单",))
    rows = [
        _write_row((*row.cells, *[""] * (5 - len(row.cells)), row.says), row.is_hidden) for row in list_rows()
    ]
    return _DOCUMENT.format(
        rows="\n".join([title, _write_row(HEADER), *rows, _write_row(("合计", "", "", "", ROWS))])
    )


def _write_row(cells: tuple[str | float, ...], is_hidden: bool = False) -> str:
    visibility = ' table:visibility="collapse"' if is_hidden else ""
    return f"<table:table-row{visibility}>{''.join(map(_write_cell, cells))}</table:table-row>"


def _write_cell(value: str | float) -> str:
    if isinstance(value, float | int):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    if value.startswith("="):
        return f"<table:table-cell table:formula={quoteattr('of:' + value)}/>"
    if not value:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'


_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3"
  office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:body><office:spreadsheet><table:table table:name="发货">
{rows}
</table:table></office:spreadsheet></office:body></office:document>
"""

if __name__ == "__main__":
    write_file()
