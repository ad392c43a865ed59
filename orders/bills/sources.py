"""Where bills come from: one row for each platform, which the rest asks without knowing how it is reached."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.bills.models import KINDS, Bill, BillKind, Platform
from orders.bills.reading.rows import BadBill
from orders.bills.reading.text import open_plain
from orders.bills.selectors import list_merchants
from orders.payments.gateway import find_alipay_refund, find_refund
from orders.payments.line import asking
from shop.clients.alipay.bills import AlipayBills
from shop.clients.errors import Unknown
from shop.clients.payment_facts import Refund
from shop.clients.wechat_bills import MOST_BYTES, WeChatBills
from shop.errors import Refused
from shop.store.credentials import ALIPAY_SETS, WECHAT_SETS

_CHUNK = 1 << 18


class NoBill(Exception):
    """The platform has no bill of the day."""


@dataclass(frozen=True)
class Source:
    """A platform: whose bills are the shop's, which kinds there are, and how one is fetched.

    `fetch(bill, into)` writes it as it is unpacked and returns its digest, 40 letters at most. It raises NoBill,
    ClientError, Refused; what was written before that is nothing. `find_refund(mchid, trade_no, number)`
    asks about one refund.
    """

    list_accounts: Callable[[], list[str]]
    kinds: tuple[BillKind, ...]
    fetch: Callable[[Bill, Any], str]
    find_refund: Callable[[str, str, str], Refund | None]


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


def _fetch_from_alipay(bill: Bill, into: Any) -> str:
    client = _open_alipay(bill.mchid)
    with asking(bill.mchid):
        url = client.find_trade_bill(bill.day)
    if url is None:
        raise NoBill
    with TemporaryFile() as packed:
        # Another computer than the gateway's: whether it answers says nothing of payments.
        client.fetch(url, packed)
        return _unpack(packed, into)


def _unpack(packed: IO[bytes], into: Any) -> str:
    """Write the bill that is in an archive, and return its digest. Raises Unknown for what is not one."""
    digest, length = hashlib.sha1(usedforsecurity=False), 0
    try:
        with open_plain(packed) as plain:
            while chunk := plain.read(_CHUNK):
                length += len(chunk)
                if length > MOST_BYTES:
                    raise Unknown("The bill is too long.")
                digest.update(chunk)
                into.write(chunk)
    except BadBill as bad:
        raise Unknown("The archive of the bill is broken.") from bad
    return digest.hexdigest()


def _open_alipay(mchid: str) -> AlipayBills:
    for made in ALIPAY_SETS.list_all():
        if made.mchid == mchid:
            return AlipayBills(made, base_url=settings.ALIPAY_URL)
    raise Refused("other_merchant", _("The shop has no keys of this merchant number any more."))


SOURCES: dict[str, Source] = {
    Platform.WECHAT: Source(
        lambda: list_merchants(Platform.WECHAT),
        KINDS[Platform.WECHAT],
        _fetch_from_wechat,
        lambda mchid, _trade_no, number: find_refund(number, mchid=mchid),
    ),
    Platform.ALIPAY: Source(
        lambda: list_merchants(Platform.ALIPAY),
        KINDS[Platform.ALIPAY],
        _fetch_from_alipay,
        lambda mchid, trade_no, number: find_alipay_refund(trade_no, number, mchid=mchid),
    ),
}
