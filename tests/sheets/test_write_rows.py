"""Sheets we write: formulas dead, texts whole, and our own reader gets back what went in."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from shop.sheets.cells import FORMULA_STARTS
from shop.sheets.writing import neutralise, write_rows
from tests.sheets.making import values

HEADER = ["SKU code", "Product", "Pieces"]


@pytest.fixture(params=[".xlsx", ".csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"out{request.param}"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_begins_like_a_formula(path: Path, start: str) -> None:
    write_rows(path, HEADER, [("A", f"{start}HYPERLINK(1)", 1), ("B", f"  {start}x", 2)])
    if path.suffix == ".csv":
        text = path.read_text("utf-8-sig")
        assert f",{start}" not in text and f",  {start}" not in text
        assert f"'{start}HYPERLINK(1)" in path.read_bytes().decode("utf-8-sig")
    else:
        cell = openpyxl.load_workbook(path).active["B2"]
        assert cell.data_type == "s"
        assert cell.value.startswith("'")


@pytest.mark.parametrize("name", ["=1+1", "-10% 折扣", "＝x", "普通", 'a,b"c\nd', "👩‍👩‍👧 茶"])
def test_what_was_written_is_read_back(path: Path, name: str) -> None:
    write_rows(path, HEADER, [("00123", name, 7)])
    assert values(path.read_bytes()) == [{"code": "00123", "name": name, "pieces": 7}]


def test_hostile_text_does_not_break_the_file(path: Path) -> None:
    write_rows(path, HEADER, [("A", "a\0b\x0b\ufffe<script>&\u202e" + "🍵" * 40_000, None)])
    text = (
        openpyxl.load_workbook(path).active["B2"].value
        if path.suffix == ".xlsx"
        else path.read_text("utf-8-sig")
    )
    assert "ab<script>&" in text


def test_a_long_number_that_is_typed_into_an_empty_cell_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_rows(path, HEADER, [("A", "x", 1), (None, "y", 2)], texts=["SKU code"])
    sheet = openpyxl.load_workbook(path).active
    formats = [sheet.column_dimensions[column].number_format for column in "AB"]
    assert formats == ["@", "General"]
    assert values(path.read_bytes())[0] == {"code": "A", "name": "x", "pieces": 1}


def test_without_rows_the_header_still_stands(path: Path) -> None:
    write_rows(path, HEADER, [])
    assert values(path.read_bytes()) == []


def test_rows_are_never_held(path: Path) -> None:
    def make() -> Iterator[tuple[str, str, int]]:
        for number in range(20_000):
            yield (f"CODE-{number}", "x" * 200, number)

    tracemalloc.start()
    write_rows(path, HEADER, make())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_ordinary_text_is_left_alone() -> None:
    assert neutralise("高山茶 = 好茶") == "高山茶 = 好茶"
