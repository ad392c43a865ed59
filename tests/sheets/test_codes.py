"""Identifiers: cleaned where it is safe, shown as cleaned, refused where Excel has changed them."""

from datetime import datetime
from typing import Any

import pytest

from orders.numbers import check_digit
from shop.sheets.columns import CodeColumn
from shop.sheets.reading import read_sheet
from shop.sheets.table import read_table
from tests.sheets.making import HEADER, csv, problems, table, values, xlsx


@pytest.mark.parametrize(
    "written",
    [7.7312345678901e18, 1.5, datetime(2026, 3, 2), "7.73E+13", "7.73e+18", 773123456789010000],
)
def test_what_excel_changed_is_refused_with_how_to_repair_it(written: Any) -> None:
    ((number, header, message),) = problems(xlsx([HEADER, [written]]))
    assert (number, header) == (2, "SKU code")
    assert "Format the column as text" in message


@pytest.mark.parametrize(
    "written", ["7.73E+13", "773123456789010000", "2026-3-2", "2026/3/2", "3月2日", "2-Mar", "3/2/2026"]
)
def test_in_csv_dates_are_recognised_too(written: str) -> None:
    assert len(problems(csv(",".join(HEADER), f"{written},x"))) == 1


@pytest.mark.parametrize(
    "written",
    ["00123", "2E3", "A-1", "773123456789012", "2026-3-2", "茶 01", "773123456789010000", "6212345678901230"],
)
def test_a_code_written_as_text_is_taken_exactly(written: str) -> None:
    assert values(xlsx([HEADER, [written]]))[0]["code"] == written


def test_a_number_that_is_still_exact_is_taken() -> None:
    assert values(xlsx([HEADER, [77312345678901]]))[0]["code"] == "77312345678901"


@pytest.mark.parametrize(
    "written",
    ["ＳＦ１２３４５", "  SF12345 ", "SF\u200b12345", "\ufeffSF12345", '="SF12345"', "SF12345\u00a0"],
)
def test_what_crept_in_is_taken_out_and_shown(written: str) -> None:
    (row,) = table(xlsx([HEADER, [written]], _as_text(written))).rows
    assert row.values["code"] == "SF12345"
    assert [(c.before, c.after) for c in row.cleaned] == [(written, "SF12345")]


def _as_text(written: str) -> Any:
    def change(sheet: Any) -> None:
        sheet["A2"].data_type = "s"

    return change


def test_prefixes_and_inner_spaces_go_where_a_column_says_so() -> None:
    column = CodeColumn("no", "运单号", is_required=True, prefixes=("单号",), drops_spaces=True)
    rows = read_table(read_sheet(xlsx([["运单号"], ["单号： SF 123 456"]]), max_rows=9), [column]).rows
    assert rows[0].values["no"] == "SF123456"


def make_number_ending_in_zeros() -> str:
    """An order number of which all digits beyond the fifteenth are zeros, its check digit among them."""
    bodies = (f"261128{body:09d}00" for body in range(100))
    return next(body + "0" for body in bodies if check_digit(body) == "0")


def test_an_order_number_that_fits_and_exists_is_taken_though_it_ends_in_zeros() -> None:
    number = make_number_ending_in_zeros()
    other = "261128999999999000"
    column = CodeColumn("no", "Order", is_required=True, is_known={number}.__contains__)
    rows = read_table(read_sheet(csv("Order", number, other), max_rows=9), [column]).rows
    assert rows[0].values == {"no": number}
    assert [str(p.message)[:31] for p in rows[1].problems] == ["Excel changed this number to 26"]


@pytest.mark.parametrize("written", ["7.73E+13", "2026-3-2"])
def test_a_code_that_is_known_as_it_stands_is_taken(written: str) -> None:
    column = CodeColumn("no", "No", is_required=True, is_known={written}.__contains__)
    assert read_table(read_sheet(csv("No", written), max_rows=9), [column]).rows[0].values == {"no": written}
