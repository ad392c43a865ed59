"""Where bills come from: one row for each platform, which the rest asks without knowing how it is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.bills.models import Bill, BillKind, Platform
from orders.bills.selectors import list_merchants
from orders.payments.gateway import find_refund
from orders.payments.line import asking
from shop.clients.payment_facts import Refund
from shop.clients.wechat_bills import WeChatBills
from shop.errors import Refused
from shop.store.credentials import WECHAT_SETS


class NoBill(Exception):
    """The platform has no bill of the day."""


@dataclass(frozen=True)
class Source:
    """A platform: whose bills are the shop's, which kinds there are, and how one is fetched.

    `fetch(bill, into)` writes it as it is unpacked and returns its digest, 40 letters at most. It raises NoBill,
    ClientError, Refused; what was written before that is nothing. `find_refund(mchid, number)` asks about one refund.
    """

    list_accounts: Callable[[], list[str]]
    kinds: tuple[BillKind, ...]
    fetch: Callable[[Bill, Any], str]
    find_refund: Callable[[str, str], Refund | None]


def _fetch_from_wechat(bill: Bill, into: Any) -> str:
    client = _open_wechat(bill.mchid)
    find = client.find_trade_bill if bill.kind == BillKind.TRADES else client.find_fund_bill
    with asking(bill.mchid):
        link = find(bill.day)
    if link is None:
        raise NoBill
    with asking(bill.mchid):
        client.fetch(link, into)
    return link.sha1


def _open_wechat(mchid: str) -> WeChatBills:
    for made in WECHAT_SETS.list_all():
        if made.mchid == mchid:
            return WeChatBills(made, base_url=settings.WECHAT_PAY_URL)
    raise Refused("other_merchant", _("The shop has no keys of this merchant number any more."))


SOURCES: dict[str, Source] = {
    Platform.WECHAT: Source(
        list_merchants,
        (BillKind.TRADES, BillKind.FUNDS),
        _fetch_from_wechat,
        lambda mchid, number: find_refund(number, mchid=mchid),
    )
}
