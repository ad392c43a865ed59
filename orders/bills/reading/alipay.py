"""Alipay's bill of payments and refunds (业务明细): GBK, lines of words behind `#`, values that end in tabs.

Refunds are below zero there, and so is the fee of a payment. UNSURE until seen in earnest: how the lines of totals are
worded; what of them cannot be read is passed over, but a file without its last line is refused.

Source: Alipay documents 查询对账单下载地址 (alipay.data.dataservice.bill.downloadurl.query), 账单字段说明.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter

from django.utils.translation import gettext_lazy as _

from orders.bills.reading.rows import (
    BadBill,
    LineState,
    Sums,
    TradeRow,
    cut_off,
    find_columns,
    read_fen,
    unreadable,
    untrue,
)
from shop.words import fill

MARK = "#支付宝"
_COLUMNS = ("支付宝交易号", "商户订单号", "业务类型", "订单金额（元）", "商家实收（元）", "服务费（元）")
_REFUND_NO, _DONE_AT = ("退款批次号/请求号", "退款批次号"), ("完成时间", "创建时间")
_ACCOUNT = re.compile(r"#账号：\[(\d+)\]")
_COUNT = re.compile(r"#(交易|退款)合计：(\d+)笔")
_END = "#导出时间"
_KINDS = {"交易": False, "退款": True}


class AlipayTrades:
    """The bill of `day`; without one, of the day of its first row."""

    def __init__(self, lines: Iterator[str], day: date | None = None) -> None:
        self._lines, self.day = lines, f"{day:%Y-%m-%d}" if day else ""
        self.account, self.sums = "", Sums()
        self._counted = {"交易": 0, "退款": 0}
        self._is_whole = False

    def read(self) -> Iterator[TradeRow]:
        """The rows; at their end what the words count is compared. Raises BadBill."""
        places: dict[str, int] = {}
        for at, line in enumerate(self._lines, start=1):
            if line.startswith("#"):
                self._read_words(line)
            elif not places and line.strip():
                places = _find_places(_split(line))
            elif line.strip():
                row = self._read_row(at, _split(line), places)
                self.sums.add(row)
                yield row
        if not self._is_whole:
            raise cut_off()

    def _read_words(self, line: str) -> None:
        if account := _ACCOUNT.search(line):
            self.account = account[1]
        if (count := _COUNT.search(line)) and int(count[2]) != self._counted[count[1]]:
            raise untrue()
        self._is_whole = self._is_whole or line.startswith(_END)

    def _read_row(self, at: int, cells: Sequence[str], places: dict[str, int]) -> TradeRow:
        pick = itemgetter(*(places[name] for name in (*_COLUMNS, "refund_no", "at")))
        try:
            trade_no, number, kind, amount, due, fee, refund_no, time = pick(cells)
            is_refund, amount_fen = _KINDS[kind], read_fen(amount)
            due_fen, fee_fen, day = read_fen(due), -read_fen(fee), date.fromisoformat(time[:10]).isoformat()
        except (ValueError, KeyError, IndexError) as error:
            raise unreadable(at, str(error).strip("'")[:40]) from None
        self._counted[kind] += 1
        self.day = self.day or day
        if day != self.day:
            words = _("Row %(row)d is of another day than the bill. Upload one day at a time.")
            raise BadBill(fill(words, {"row": at}))
        if not trade_no or (is_refund and not refund_no):
            raise unreadable(at, "支付宝交易号")
        state = LineState.REFUNDED if is_refund else LineState.PAID
        refund_no = refund_no if is_refund else ""
        return TradeRow(trade_no, number, refund_no, "", state, abs(amount_fen), due_fen, fee_fen, day)


def _find_places(header: Sequence[str]) -> dict[str, int]:
    places = find_columns(header, _COLUMNS)
    for name, spellings in (("refund_no", _REFUND_NO), ("at", _DONE_AT)):
        spelling = next((spelling for spelling in spellings if spelling in places), spellings[0])
        places[name] = find_columns(header, [spelling])[spelling]
    return places


def _split(line: str) -> list[str]:
    cells: list[str] = next(csv.reader([line]), [])
    return [cell.strip() for cell in cells]
