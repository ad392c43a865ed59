"""Which bill a file is, by what stands in it."""

from collections.abc import Iterator
from datetime import date
from itertools import chain

from django.utils.translation import gettext_lazy as _

from orders.bills.reading.alipay import MARK, AlipayTrades
from orders.bills.reading.rows import BadBill
from orders.bills.reading.wechat import FUND_MARK, TRADE_MARK, WeChatFunds, WeChatTrades

Reader = WeChatTrades | WeChatFunds | AlipayTrades


def choose_reader(lines: Iterator[str], day: date | None = None) -> Reader:
    """What reads these lines, of which the first is looked at. Raises BadBill for what is no bill."""
    first = next((line for line in lines if line.strip()), "")
    again = chain([first], lines)
    if first.lstrip("\ufeff").startswith(MARK):
        return AlipayTrades(again, day)
    if FUND_MARK in first:
        return WeChatFunds(again, day)
    if TRADE_MARK in first:
        return WeChatTrades(again, day)
    raise BadBill(_("This is no bill of WeChat Pay or Alipay. Upload the file as the platform gives it."))
