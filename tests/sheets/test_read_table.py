"""Honest files in every shape people make them: headers, titles, merged, blank, total and hidden rows."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils.translation import gettext_lazy, override

from shop.sheets import table as sheet_table
from shop.sheets.cells import Cell, CellKind
from shop.sheets.columns import Column
from shop.sheets.reading import RawRow, RawSheet, read_sheet
from shop.sheets.table import read_table
from tests.expect import refused
from tests.sheets.making import COLUMNS, HEADER, csv, problems, repack, table, values, xlsx

ROW = ["TEA-1", "绿茶", 5, 35.5, "是", date(2026, 12, 31)]
READ = {
    "code": "TEA-1",
    "name": "绿茶",
    "pieces": 5,
    "price": 3550,
    "on": True,
    "day": date(2026, 12, 31),
}
LINES = (",".join(HEADER), "TEA-1,绿茶,5,35.50,是,2026-12-31")


@pytest.mark.parametrize(
    "raw",
    [
        xlsx([HEADER, ROW]),
        csv(*LINES),
        csv(*LINES, encoding="utf-8-sig"),
        csv(*LINES, encoding="gbk"),
        csv(*(line.replace(",", "\t") for line in LINES), encoding="utf-16"),
        csv(*(line.replace(",", ";") for line in LINES)),
        xlsx(
            [
                [
                    " ＳＫＵ编码 *",
                    "商品 名称（必填）",
                    "库存数量【件】",
                    "价格：",
                    "上\u200b架",
                    "发货日期\n(可空)",
                ],
                ROW,
            ]
        ),
        xlsx([HEADER[::-1], ROW[::-1]]),
        xlsx([["商品表"], ["2026 年 11 月导出"], [], HEADER, [], ROW, [None, "", "  "]]),
        xlsx([HEADER, ROW, ["合计", None, 5], ["Total:", None, 5]]),
    ],
)
def test_the_same_row_is_read_out_of_every_shape(raw: bytes) -> None:
    assert values(raw) == [READ]
    assert problems(raw) == []


def test_a_renamed_file_is_read_by_its_content_and_not_by_its_name() -> None:
    assert values(csv(*LINES)) == values(xlsx([HEADER, ROW]))


def test_an_export_whose_declared_size_is_wrong_is_read_whole() -> None:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>'
    header = text % ("A1", "SKU code") + text % ("B1", "Pieces")
    row = text % ("A2", "X") + '<c r="B2"><v>7</v></c>'
    rows = f'<row r="1">{header}</row><row r="2">{row}</row>'
    sheet = f'<worksheet xmlns="{name}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'
    assert values(repack(xlsx([["x"]]), xl__worksheets__sheet1_xml=sheet.encode())) == [
        {"code": "X", "pieces": 7}
    ]


def test_what_was_left_out_is_said() -> None:
    raw = xlsx([["标题"], ["SKU编码", "备注甲"], ["A", "x"], ["合计", "1"]])
    notes = " ".join(map(str, table(raw).notes))
    assert "above the header were left out: 1" in notes
    assert "备注甲" in notes
    assert "Total rows were left out: 4" in notes


def test_what_the_shop_itself_added_is_not_worth_a_word() -> None:
    sheet = read_sheet(xlsx([["SKU编码", "结果", "备注甲"], ["A", "x", "y"]]), max_rows=9)
    (note,) = read_table(sheet, COLUMNS, passed_over=[gettext_lazy("Result")]).notes
    assert "备注甲" in str(note) and "结果" not in str(note)


def test_only_the_first_visible_sheet_is_read_and_the_others_are_named() -> None:
    def add(sheet: Any) -> None:
        sheet.parent.create_sheet("第二张").append(["x"])

    result = table(xlsx([HEADER, ROW], add))
    assert len(result.rows) == 1
    assert any("第二张" in str(note) for note in result.notes)


def test_hidden_rows_are_reported_and_never_taken() -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True

    ((number, _header, message),) = problems(xlsx([HEADER, ROW], hide))
    assert number == 2
    assert "hidden" in message


def test_a_merged_name_counts_for_all_its_rows() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("B2:B3")

    raw = xlsx([HEADER, ["A", "绿茶"], ["B"]], merge)
    assert [row["name"] for row in values(raw)] == ["绿茶", "绿茶"]


def test_a_merged_number_is_refused_since_it_belongs_to_nobody() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("C2:C3")

    raw = xlsx([HEADER, ["A", "x", 4], ["B", "y"]], merge)
    assert [(number, header) for number, header, _message in problems(raw)] == [(2, "Pieces"), (3, "Pieces")]


def test_missing_columns_are_named() -> None:
    with refused("no_header", 400) as caught:
        table(xlsx([["商品名称", "价格"], ["绿茶", 1]]))
    assert "SKU code" in str(caught.value)


def test_the_same_column_twice_is_refused() -> None:
    with refused("column_twice"):
        table(xlsx([["SKU编码", "商品编码"], ["A", "B"]]))


def test_rows_keep_the_numbers_the_program_shows() -> None:
    raw = xlsx([["标题"], HEADER, [], ["A", "x", "many"]])
    assert problems(raw)[0][0] == 4


def test_a_text_of_several_lines_is_one_row_of_a_csv() -> None:
    raw = csv("SKU编码,商品名称", 'A,"绿茶', '明前"', "", "B,红茶")
    assert [(row.number, row.values["name"]) for row in table(raw).rows] == [(2, "绿茶\n明前"), (4, "红茶")]


def test_a_sheet_written_in_one_language_is_read_in_the_other() -> None:
    column = Column("price", gettext_lazy("Price"), is_required=True)
    with override("zh-hans"):
        raw = xlsx([[str(column.header)], ["1"]])
    with override("en"):
        assert read_table(read_sheet(raw, max_rows=9), [column]).rows[0].values == {"price": "1"}


@pytest.mark.parametrize(
    ("written", "header"),
    [
        (["", "x"], "SKU code"),
        (["A", "x", "-1"], "Pieces"),
        (["A", "x", 1.5], "Pieces"),
        (["A", "x", "二十"], "Pieces"),
        (["A", "x", 1_000_001], "Pieces"),
        (["A", "x", True], "Pieces"),
        (["A", "x", datetime(2026, 1, 1)], "Pieces"),
        (["A", "x", 1, "12.345"], "Price"),
        (["A", "x", 1, "-3"], "Price"),
        (["A", "x", 1, "99999999"], "Price"),
        (["A", "x", 1, 1, "maybe"], "On sale"),
        (["A", "x", 1, 1, "是", "soon"], "Ships on"),
        (["A", "x", 1, 1, "是", "2026-02-30"], "Ships on"),
        (["A", "x" * 201], "Product"),
        (["#N/A", "x"], "SKU code"),
    ],
)
def test_nonsense_is_refused_with_row_and_column(written: list[Any], header: str) -> None:
    assert [(number, name) for number, name, _message in problems(xlsx([HEADER, written]))] == [(2, header)]


@pytest.mark.parametrize("price", [0.1 + 0.2, "0.30", "￥0.30", "０.３０", "0.3元"])
def test_an_amount_is_read_as_it_was_meant(price: Any) -> None:
    assert values(xlsx([HEADER, ["A", "x", 1, price]]))[0]["price"] == 30


@pytest.mark.parametrize(
    "day", ["2026-12-31", "2026/12/31", "2026.12.31", "2026年12月31日", datetime(2026, 12, 31)]
)
def test_a_date_is_read_in_the_ways_people_write_it(day: Any) -> None:
    assert values(xlsx([HEADER, ["A", "x", 1, 1, "是", day]]))[0]["day"] == date(2026, 12, 31)


@pytest.mark.parametrize("bracket", ["(", "（", "[", "【"])
def test_a_header_of_nothing_but_brackets_is_cut_before_it_is_compared(
    bracket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    class Counting:
        def sub(self, with_: str, text: str) -> str:
            compared.append(len(text))
            return decoration.sub(with_, text)

    decoration = sheet_table._DECORATION
    monkeypatch.setattr(sheet_table, "_DECORATION", Counting())
    sheet = RawSheet([RawRow(1, [Cell(CellKind.TEXT, bracket * 100_000)])])
    with refused("no_header"):
        read_table(sheet, COLUMNS)
    assert max(compared) <= sheet_table.LONGEST_HEADER


TOTALS = [
    ["合计", None, 5],
    ["合计:", None, 5],
    ["合计：123", None, 5],
    ["Total: 12", None, 5],
    ["Grand Total", None, 5],
    ["subtotal", None, 5],
    ["合  计", None, 5],
    [None, "Total", 5],
    [None, "合计 12.50 元", 5],
    [None, "Total 12", 5],
    [None, None, "总计"],
]
ROWS = [
    ["TOTAL1", "绿茶", 5],
    ["SUM41", None, 5],
    ["Total 12", None, 5],
    ["合计12", None, 5],
    ["TEA-1", "合计", 5],
    ["TOTAL-A", "绿茶", 5],
    ["A", "Total", 5],
    [None, "Total12", 5],
    [None, "合计茶", 5],
    [None, "总数学", 5],
]


@pytest.mark.parametrize("row", TOTALS)
def test_a_row_that_adds_others_up_is_left_out_and_told(row: list[Any]) -> None:
    result = table(xlsx([HEADER, ROW, row]))
    assert [each.number for each in result.rows] == [2]
    assert [str(note) for note in result.notes] == ["Total rows were left out: 3."]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_only_sounds_like_a_total_is_read(row: list[Any]) -> None:
    assert [each.number for each in table(xlsx([HEADER, ROW, row])).rows] == [2, 3]


def test_a_product_that_is_called_total_is_read_where_its_name_comes_first() -> None:
    raw = xlsx([["商品名称", "SKU编码"], ["合计", "TEA-1"], ["合计", None]])
    assert [row.number for row in table(raw).rows] == [2]


def test_a_total_that_is_merged_over_the_code_is_still_one() -> None:
    raw = xlsx([HEADER, ROW, ["合计", None, 5]], lambda sheet: sheet.merge_cells("A3:B3"))
    assert [row.number for row in table(raw).rows] == [2]


def test_what_was_found_is_told_in_the_language_of_the_reader() -> None:
    with override("zh-hans"):
        result = table(xlsx([["标题"], HEADER, ["A", "x", 1_000_001], ["合计"]]))
    told = [str(problem.message) for row in result.rows for problem in row.problems]
    told += [str(note) for note in result.notes]
    assert told == [
        "Type a number from 0 to 1000000.",
        "Rows above the header were left out: 1.",
        "Total rows were left out: 4.",
    ]
