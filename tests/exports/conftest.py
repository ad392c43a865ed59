"""A shop with its past in small, and how an export of it is made and read."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from orders.exports.models import Export, ExportLayout
from orders.exports.services.asking import Wish, ask_export
from orders.exports.services.layouts import LayoutTerms, add_layout
from orders.exports.services.writing import write_export
from orders.exports.sheets import SHEETS
from shop.actor import Actor
from shop.files.models import Place
from shop.storage import get_store
from tests.cast import actor_of, make_staff, open_shop


@pytest.fixture(autouse=True)
def shop(db: None, sent_tasks: list[tuple[str, int]], in_english: None) -> None:
    open_shop()


@pytest.fixture
def manager() -> Actor:
    return actor_of(make_staff("manager"))


def wish(sheet: str = "orders", columns: Any = (), **changes: Any) -> Wish:
    """All columns, unless some are named; of all orders."""
    names = columns or list(SHEETS[sheet].columns)
    return Wish(
        **{"sheet": sheet, "format": "xlsx", "columns": names, "parameters": {"filter": {}}} | changes
    )


def make_layout(
    name: str = "对账",
    columns: Sequence[str] = ("number", "paid_yuan"),
    *,
    is_shared: bool = False,
    **more: Any,
) -> ExportLayout:
    """A layout of orders, of an owner's unless `actor` says whose."""
    actor = more.get("actor") or actor_of(make_staff("owner"))
    return add_layout(more.get("sheet", "orders"), LayoutTerms(name, columns, is_shared), actor=actor)


def written(wanted: Wish, actor: Actor, *, key: str = "one") -> Export:
    """The export, as it is when the worker has done with it."""
    export = ask_export(wanted, actor=actor, key=key)
    write_export(export.pk)
    export.refresh_from_db()
    return export


def read_bytes(export: Export) -> bytes:
    assert export.file is not None
    return b"".join(get_store(Place.PRIVATE).read(export.file.path))


def read_table(export: Export) -> list[dict[str, Any]]:
    """The rows of the .xlsx file by their headings."""
    sheet = openpyxl.load_workbook(BytesIO(read_bytes(export))).active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]
