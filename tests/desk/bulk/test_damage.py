"""What spreadsheets, people and chats make of a sheet: taken exactly, or refused by name."""

import csv as csv_module
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orders.desk.bulk.columns import TRACKING
from orders.models import Order
from orders.shipping.models import Parcel
from orders.stages import Stage
from shop.jobs.models import JobState
from tests import cast
from tests.console import browser
from tests.desk.bulk.test_ship_sheet import OBSTACLES
from tests.desk.bulk.uploading import HEADER, SHORT, confirm, numbers_of, say, send, ship
from tests.expect import fresh
from tests.sheets.importing import list_rows
from tests.sheets.making import csv, xlsx

CORPUS = Path(__file__).parents[2] / "corpus" / "tracking_numbers.csv"
FORMS = list(csv_module.DictReader(CORPUS.read_text(encoding="utf-8").splitlines()))


def make_cell(form: dict[str, str]) -> Any:
    written = form["written"].encode("ascii", "backslashreplace").decode("unicode_escape")
    if form["cell"] == "number":
        return float(written) if "." in written else int(written)
    return datetime.fromisoformat(written) if form["cell"] == "date" else written


def make_file(form: dict[str, str], number: str) -> bytes:
    if form["cell"] == "csv":
        return csv("订单号,快递公司,运单号", f"{number},,{form['written']}")
    change: Callable[[Any], None] | None = None
    if form["written"].startswith("="):  # openpyxl would write a formula

        def change(sheet: Any) -> None:
            sheet.cell(2, 3).value, sheet.cell(2, 3).data_type = make_cell(form), "s"

    return xlsx([("订单号", "快递公司", "运单号"), (number, "", make_cell(form))], change)


@pytest.mark.parametrize("form", FORMS, ids=[form["why"] for form in FORMS])
def test_a_tracking_number_is_taken_exactly_or_refused(form: dict[str, str]) -> None:
    order = cast.prepared_order()
    job = send([], raw=make_file(form, order.number), courier="SF")
    ((fate, words),) = say(job)
    if form["verdict"] == "refused":
        assert (fate, job.state) == ("refused", JobState.DONE)
        assert words
    else:
        confirm(job)
        assert numbers_of(order) == [(form["verdict"], 1)]


def test_what_was_cleaned_is_shown() -> None:
    order = cast.prepared_order()
    job = send([[order.number, "", "运单号：ＳＦ１２３４５６７８９０１２３"]])
    page = browser().get(f"/console/jobs/{job.pk}/").content.decode()
    assert "Tracking number cleaned: “运单号：ＳＦ１２３４５６７８９０１２３” → “SF1234567890123”" in page


def test_an_order_number_that_excel_may_have_rounded_is_refused_unless_the_shop_gave_it() -> None:
    damaged = csv("订单号,运单号", "261130123456789000,SF1234567890123", "2.61E+17,SF1234567890124")
    assert all("Excel changed this number" in words for _fate, words in say(send([], raw=damaged)))
    assert "Excel changed this number" in say(send([[261130123456789012, "", "SF1234567890123"]]))[0][1]


@pytest.mark.parametrize(
    "header",
    [
        ("运单号", "订单号"),
        ("Tracking No.", "Order number"),
        ("＊快递单号（必填）", "订单编号"),
        ("物流单号", "平台订单号"),
    ],
)
def test_columns_are_found_by_their_names_in_any_order(header: tuple[str, str]) -> None:
    order = cast.prepared_order()
    ship([["SF1234567890123", order.number]], header=header)
    assert fresh(order).stage == Stage.SHIPPED


def test_a_sheet_of_libreoffice_with_titles_blanks_totals_and_merged_orders() -> None:
    one, other = cast.make_sku(), cast.make_sku()
    order, single = cast.prepared_order(basket={one.pk: 1, other.pk: 1}), cast.prepared_order()
    rows = [
        ("十一月发货单", None, None, None, None),
        HEADER,
        (order.number, "顺丰", "SF1234567890123", one.code, 1),
        (None, "圆通", "YT1234567890123", other.code, 1),
        (None, None, None, None, None),
        (single.number, "", "SF1234567890124", None, None),
        ("合计", None, None, None, 3),
    ]
    job = send([], raw=xlsx(rows, lambda sheet: sheet.merge_cells("A3:A4")))
    assert confirm(job).done == 3
    assert fresh(order).stage == fresh(single).stage == Stage.SHIPPED
    assert Parcel.objects.count() == 3


def list_bad_rows(good: Order) -> Iterator[tuple[str, str]]:
    """(line of a csv, what is said of it), forty of many kinds."""
    for at, (make, words) in enumerate(OBSTACLES):
        yield f"{make().number},,SF9900000000{at:03d}", words
    for form in [form for form in FORMS if form["cell"] == "csv" and form["verdict"] == "refused"]:
        yield f"{cast.prepared_order().number},,{form['written']}", ""
    for text in ("未发货", "SF1/SF2", "12345", "#REF!", "没有单号啊"):
        yield f"{cast.prepared_order().number},,{text}", "is no tracking number"
    for at in range(1, 9):
        yield f"26113000000000{at:04d},,SF9800000000{at:03d}", "There is no such order."
    yield "2.61E+17,,SF9700000000001", "Excel changed this number"
    yield ",,SF9700000000002", "Fill in this cell."
    yield f"{good.number},,SF9600000000001", "write SKU code and quantity"
    for name in ("火箭快递", "不知道"):
        yield (
            f"{cast.prepared_order().number},{name},SF97000000{name == '不知道':05d}",
            "The shop knows no courier",
        )
    for at in range(3):
        yield f"{cast.prepared_order().number},,ABC12345{at}", "The number does not tell the courier."
    for _ in range(4):
        yield f"{cast.prepared_order().number},,SF9500000000001", "has this number too"
    for quantity in ("0", "-1", "很多", "1.5"):
        yield f"{cast.prepared_order().number},,SF9400000000001,,{quantity}", "ype a "


def test_a_gbk_csv_with_forty_bad_rows_of_many_kinds_ships_the_others_once() -> None:
    doubled = cast.prepared_order()
    good = [cast.prepared_order() for _ in range(10)]
    bad = list(list_bad_rows(doubled))
    lines = [f"{order.number},顺丰速运,SF1000000000{at:03d}" for at, order in enumerate(good)]
    lines += [line for line, _words in bad] + [f"{doubled.number},,SF9600000000002"]
    raw = csv("订单号,快递公司,运单号,SKU编码,数量", *lines, encoding="gb18030")
    job = send([], raw=raw)
    said = say(job)
    wrong = [
        (line, words, said[at])
        for at, (line, words) in enumerate(bad, len(good))
        if not _fits(said[at], words)
    ]
    assert wrong == [] and len(bad) >= 40
    confirm(job)
    assert (job.done, job.failed) == (len(good), len(bad) + 1)
    assert Parcel.objects.filter(tracking_no__startswith="SF1").count() == len(good)
    again = send([], raw=raw)
    assert [row.fate for row in list_rows(again)[: len(good)]] == ["same"] * len(good)


def _fits(said: tuple[str, str], words: str) -> bool:
    return said[0] == "refused" and words in said[1]


def test_two_thousand_rows_that_are_all_wrong_are_all_named() -> None:
    rows = [[f"2611300000000{at:05d}", f"SF98000000{at:05d}"] for at in range(2000)]
    job = send(rows, header=SHORT)
    assert (job.state, job.failed, job.done) == (JobState.DONE, 2000, 0)
    assert TRACKING.name == "tracking"
