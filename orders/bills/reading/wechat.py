"""Bills of WeChat Pay: a header, rows whose values stand behind backticks, a header of totals, and the totals.

Columns are found by their names, so that their order and new ones do not matter. UNSURE until seen in earnest: whether
a fee ever has parts of a fen, which would be refused here; and of which day the row of a refund says that it is, which
is therefore not compared with the bill's.

Source: WeChat Pay documents 交易账单, 资金账单 (格式说明).
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.bills.reading.rows import (
    BadBill,
    FundRow,
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

TRADE_MARK, FUND_MARK = "微信订单号", "资金流水单号"
"""The columns by which the two bills are told apart."""
_TRADE_COLUMNS = (
    *("交易时间", "商户号", "微信订单号", "商户订单号", "交易状态", "应结订单金额", "微信退款单号"),
    *("商户退款单号", "退款金额", "退款状态", "手续费"),
)
_TRADE_TOTALS, _FUND_TOTALS = "总交易单数", "资金流水总笔数"
_FUND_COLUMNS = ("记账时间", "业务类型", "收支类型", "收支金额（元）", "账户结余（元）")
_REFUND_STATES = {
    "SUCCESS": LineState.REFUNDED,
    "PROCESSING": LineState.REFUNDING,
    "FAIL": LineState.REFUND_FAILED,
    "CHANGE": LineState.REFUND_FAILED,
}
_PAY_STATES = {"SUCCESS": LineState.PAID, "REVOKED": LineState.REVOKED}
_INCOME = {"收入": True, "支出": False}


class WeChatTrades:
    """The bill of the payments and refunds of `day`; without one, of the day of its first row."""

    def __init__(self, lines: Iterator[str], day: date | None = None) -> None:
        self._lines, self.day = lines, f"{day:%Y-%m-%d}" if day else ""
        self.account, self.sums = "", Sums()
        self._told = dict.fromkeys(("应结订单总金额", "退款总金额", "手续费总金额"), 0)

    def read(self) -> Iterator[TradeRow]:
        """The rows; at their end the totals are compared. Raises BadBill."""
        header = _split(next(self._lines, "").lstrip("\ufeff"))
        places = find_columns(header, _TRADE_COLUMNS)
        make = self._make_reader(places, len(header))
        for at, cells in _list_cells(self._lines, _TRADE_TOTALS, self._check):
            try:
                row = make(cells)
            except (ValueError, KeyError, IndexError) as error:
                raise unreadable(at, str(error).strip("'")[:40]) from None
            if not row.refund_no and row.day != self.day:
                raise _of_another_day(at)
            self.sums.add(row)
            yield row

    def _make_reader(self, places: dict[str, int], width: int) -> Callable[[Sequence[str]], TradeRow]:
        """A function that reads a row: there are hundreds of thousands of them."""
        asked, back = (
            places.get(name, places[usual])
            for name, usual in (("订单金额", "应结订单金额"), ("申请退款金额", "退款金额"))
        )
        pick = itemgetter(*(places[name] for name in _TRADE_COLUMNS), asked, back)
        told, intern = self._told, _intern

        def read(cells: Sequence[str]) -> TradeRow:
            if len(cells) != width:
                raise ValueError(_("columns"))
            time, mchid, trade_no, number, state, due, refund_id, refund_no, back, ends, fee, whole, asked = (
                pick(cells)
            )
            self._note_account(mchid)
            self.day = self.day or time[:10]
            due_fen, back_fen, fee_fen = read_fen(due), read_fen(back), read_fen(fee)
            told["应结订单总金额"] += due_fen
            told["退款总金额"] += back_fen
            told["手续费总金额"] += fee_fen
            day = intern(time[:10])
            if state == "REFUND":
                return TradeRow(
                    *(_take(trade_no), number, _take(refund_no), refund_id, _REFUND_STATES[ends]),
                    *(read_fen(asked), -back_fen, fee_fen, day),
                )
            state_ = _PAY_STATES[state]
            return TradeRow(_take(trade_no), number, "", "", state_, read_fen(whole), due_fen, fee_fen, day)

        return read

    def _note_account(self, mchid: str) -> None:
        if mchid != self.account:
            if self.account:
                raise ValueError("商户号")
            self.account = mchid

    def _check(self, totals: dict[str, str]) -> None:
        if int(totals[_TRADE_TOTALS]) != self.sums.rows:
            raise untrue()
        if any(read_fen(totals[name]) != fen for name, fen in self._told.items()):
            raise untrue()


class WeChatFunds:
    """The bill of the merchant's account. It does not say whose account: who fetched it knows."""

    def __init__(self, lines: Iterator[str], day: date | None = None) -> None:
        self._lines, self.day = lines, f"{day:%Y-%m-%d}" if day else ""
        self._count = self._came = self._went = 0

    def read(self) -> Iterator[FundRow]:
        """The rows; at their end the totals are compared. Raises BadBill."""
        header = _split(next(self._lines, "").lstrip("\ufeff"))
        places = find_columns(header, _FUND_COLUMNS)
        pick = itemgetter(*(places[name] for name in _FUND_COLUMNS))
        for at, cells in _list_cells(self._lines, _FUND_TOTALS, self._check):
            try:
                time, business, direction, amount, balance = pick(cells)
                fund = FundRow(
                    business[:40], _INCOME[direction], read_fen(amount), read_fen(balance), _intern(time[:10])
                )
            except (ValueError, KeyError, IndexError) as error:
                raise unreadable(at, str(error).strip("'")[:40]) from None
            self.day = self.day or fund.day
            if fund.day != self.day:
                raise _of_another_day(at)
            self._add(fund)
            yield fund

    def _add(self, row: FundRow) -> None:
        self._count += 1
        if row.is_income:
            self._came += row.amount_fen
        else:
            self._went += row.amount_fen

    def _check(self, totals: dict[str, str]) -> None:
        said = int(totals[_FUND_TOTALS]), read_fen(totals["收入金额"]), read_fen(totals["支出金额"])
        if said != (self._count, self._came, self._went):
            raise untrue()


def _list_cells(
    lines: Iterator[str], mark: str, check: Callable[[dict[str, str]], None]
) -> Iterator[tuple[int, Sequence[str]]]:
    """The cells of each row with its place in the file, up to the header of totals, which `check` compares."""
    for at, line in enumerate(lines, start=2):
        if line.startswith("`"):
            yield at, line[1:].split(",`")
        elif line.lstrip('"').startswith(mark):
            _check_totals(_split(line), lines, check)
            return
        elif line.strip():
            yield at, _split(line)
    raise cut_off()


def _check_totals(
    names: Sequence[str], lines: Iterator[str], check: Callable[[dict[str, str]], None]
) -> None:
    values = _split(next(lines, ""))
    if len(values) != len(names):
        raise cut_off()
    if any(line.strip() for line in lines):
        raise BadBill(_("The file goes on behind its totals. Upload one day at a time."))
    try:
        check(dict(zip(names, values, strict=True)))
    except (ValueError, KeyError) as error:
        raise untrue() from error


def _split(line: str) -> list[str]:
    """The cells of a line, with backticks or without, also as a spreadsheet program has written it again."""
    if line.startswith("`"):
        return line[1:].split(",`")
    cells: list[str] = next(csv.reader([line]), [])
    return [cell.strip().removeprefix("`") for cell in cells]


def _take(number: str) -> str:
    """A number of a payment or refund. Raises ValueError."""
    if not 1 <= len(number) <= 64 or not number.isprintable():
        raise ValueError(TRADE_MARK)
    return number


@lru_cache(64)
def _intern(text: str) -> str:
    """A day, one text for all rows. Raises ValueError."""
    return date.fromisoformat(text).isoformat()


def _of_another_day(at: int) -> BadBill:
    words: Any = _("Row %(row)d is of another day than the bill. Upload one day at a time.")
    return BadBill(fill(words, {"row": at}))
