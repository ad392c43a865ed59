"""Files as people upload them, made by hand."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl

from shop.sheets.columns import CodeColumn, Column, DateColumn, MoneyColumn, WholeColumn, YesNoColumn
from shop.sheets.reading import read_sheet
from shop.sheets.table import Table, read_table

COLUMNS = (
    CodeColumn("code", "SKU code", ("SKU编码", "商品编码"), is_required=True, is_needed=True),
    Column("name", "Product", ("商品名称",), fills_down=True),
    WholeColumn("pieces", "Pieces", ("库存数量",)),
    MoneyColumn("price", "Price", ("价格",)),
    YesNoColumn("on", "On sale", ("上架",)),
    DateColumn("day", "Ships on", ("发货日期",)),
)
HEADER = ("SKU编码", "商品名称", "库存数量", "价格", "上架", "发货日期")


def xlsx(rows: Sequence[Sequence[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    """An .xlsx file of these rows; `change` may still alter its sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repack(raw: bytes, **parts: bytes) -> bytes:
    """The file with some parts replaced or added; `__` in a name stands for a slash, `_` before the end for a dot."""
    names = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): data
        for name, data in parts.items()
    }
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in names:
                new.writestr(part, old.read(part))
        for name, data in names.items():
            new.writestr(name, data)
    return out.getvalue()


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def table(raw: bytes, *, max_rows: int = 1000) -> Table:
    return read_table(read_sheet(raw, max_rows=max_rows), COLUMNS)


def values(raw: bytes) -> list[dict[str, Any]]:
    return [row.values for row in table(raw).rows]


def problems(raw: bytes) -> list[tuple[int, str, str]]:
    """(row number, column, message) of everything that is wrong."""
    return [(row.number, p.header, str(p.message)) for row in table(raw).rows for p in row.problems]
