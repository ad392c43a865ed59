"""What stands on a receipt, and that no line is wider than its paper, whatever the names are."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from orders.models import OrderLine
from orders.printing.receipts import write_receipt
from orders.services.sheets import Sheet, mask_street
from shop.clients.printers.escpos import draw
from shop.clients.printers.feie import LONGEST, write_tags
from shop.clients.printers.slips import COLUMNS, Line, Slip, measure, write_within
from shop.store.choices import PayMethod
from shop.store.selectors import get_store_settings
from tests import cast

LONG = "长白山野生蓝莓果干礼盒装（送礼佳品）WITH-A-VERY-LONG-LATIN-NAME-THAT-NEVER-ENDS" * 2


def write(columns: int, *, pieces: int = 1, name: str = LONG) -> list[Line]:
    order = cast.paid_order(remark="请放门口，谢谢" * 8)
    line = OrderLine.objects.get(order=order)
    line.product_name = name
    store = get_store_settings()
    store.shop_name = "杭州山野集食品有限公司旗舰店（良渚店）"
    return write_receipt(
        Sheet(order, [line] * pieces, 2, mask_street(order), is_postponed=False), store, columns=columns
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("paper", COLUMNS)
def test_no_line_is_wider_than_its_paper(paper: str, language: str) -> None:
    columns = COLUMNS[paper]
    with override(language):
        for line in write(columns):
            assert measure(line.text) <= (columns // 2 if line.is_big else columns), line.text


@pytest.mark.parametrize("paper", COLUMNS)
def test_the_time_slot_stands_there_where_one_was_chosen(paper: str) -> None:
    start = datetime(2026, 12, 1, 10, tzinfo=UTC)
    chosen = {"pickup_from": start, "pickup_until": start + timedelta(minutes=30)}
    for slot, words in (({}, ""), (chosen, "取货时间2026-12-0118:00–18:30")):
        order = cast.place_pickup()
        for name, value in slot.items():
            setattr(order, name, value)
        sheet = Sheet(order, list(order.lines.all()), 1, mask_street(order), is_postponed=False)
        with override("zh-hans"):
            lines = write_receipt(sheet, get_store_settings(), columns=COLUMNS[paper])
        said = "".join(line.text for line in lines if line.is_bold).replace(" ", "")
        assert ("取货时间" in said) is bool(slot)
        assert words in said


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("paper", COLUMNS)
def test_no_amount_is_torn_and_no_row_of_bytes_is_longer_than_the_paper(paper: str, language: str) -> None:
    columns = COLUMNS[paper]
    order = cast.place(basket={cast.make_sku(price_fen=999_999_00).pk: 9}, pay_method=PayMethod.COD)
    sheet = Sheet(order, list(order.lines.all()), 1, mask_street(order), is_postponed=False)
    with override(language):
        lines = write_receipt(sheet, get_store_settings(), columns=columns)
    for line in lines:
        assert len(line.text.encode("gbk")) <= (columns // 2 if line.is_big else columns), line.text
    rows = [line.text for line in lines]
    for amount in ("999999.00", "8999991.00"):
        assert any(amount in row for row in rows)
    collected = [line.text.strip() for line in lines if line.is_big][-1]
    assert collected.endswith("8999991.00")


def test_it_says_what_the_browsers_receipt_says() -> None:
    with override("zh-hans"):
        lines = write(48, name="蓝莓")
    text = "\n".join(line.text for line in lines)
    for part in ("蓝莓", "请放门口", "应付", "快递", "补打 第 2 次", "35.00"):
        assert part in text
    assert cast.HOME.phone not in text
    assert cast.HOME.detail not in text


def test_a_phone_hides_six_digits() -> None:
    text = "".join(line.text for line in write(48))
    assert "*" * 6 in text


def test_fifty_lines_with_the_longest_names_fit_what_the_service_takes_and_keep_the_sum() -> None:
    with override("zh-hans"):
        slip = Slip("A1", write(32, pieces=50), more="…")
        text = write_within(slip, LONGEST, write_tags)
    assert len(text.encode()) <= LONGEST
    assert "…<BR>" in text
    assert "应付" in text
    assert b"\xa1\xad" not in draw(slip)  # nothing is left out where there is room
