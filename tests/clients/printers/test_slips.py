"""Lines of a paper: wide characters take two columns."""

import pytest

from shop.clients.printers.slips import clean, justify, measure, wrap


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("茶a", 3), ("（一）", 6), ("e\u0301", 1), ("–·é", 6), ("", 0)]
)
def test_columns(text: str, columns: int) -> None:
    assert measure(text) == columns


def test_a_name_is_broken_where_the_paper_ends() -> None:
    rows = wrap("长白山野生蓝莓果干abc礼盒装" * 3, 32)
    assert max(map(measure, rows)) <= 32
    assert "".join(rows) == "长白山野生蓝莓果干abc礼盒装" * 3
    assert wrap("", 32) == [""]


def test_a_wide_character_never_stands_over_the_edge() -> None:
    assert wrap("a" + "茶" * 3, 4) == ["a茶", "茶茶"]


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("收件人 林** 138******78", 16, ["收件人 林**", "138******78"]),
        ("Rest not paid – do not send", 16, ["Rest not paid –", "do not send"]),
        ("代收现金 ¥4,500.00", 16, ["代收现金", "￥4,500.00"]),
        ("茶" + "a" * 20, 16, ["茶", "a" * 16, "aaaa"]),
    ],
)
def test_what_belongs_together_stays_on_one_line(text: str, columns: int, rows: list[str]) -> None:
    assert wrap(text, columns) == rows


def test_both_edges() -> None:
    assert justify("运费", "¥0.00", 12) == ["运费   ¥0.00"]
    assert justify("优惠与取消的商品", "-¥12.00", 20) == ["优惠与取消的商品", "            -￥12.00"]


def test_what_no_printer_draws_is_left_out() -> None:
    assert clean("a\x1b@\u200b\n b\ufeff") == "a@ b"
