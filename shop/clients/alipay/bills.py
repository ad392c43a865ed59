"""Alipay's bills (业务明细): where the file of a day is, and the file itself, a zip that nobody signs.

The answer with the address is signed as any other; the address is good for half a minute and bears its own proof, so
that nothing of ours is sent along. The archive proves that it is whole, and the bill's own counts that it is true.

UNSURE until tried with the vendor: by which of two codes it says that there is no bill, and from which host files come.

Source: Alipay documents 查询对账单下载地址 (alipay.data.dataservice.bill.downloadurl.query).
"""

from datetime import date
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from shop.clients.alipay.client import Alipay
from shop.clients.alipay.facts import take_text
from shop.clients.errors import Rejected, Unknown
from shop.clients.transport import Request, send

DOWNLOAD_TIMEOUT_S = 60.0
MOST_PACKED_BYTES = 100_000_000
NO_BILL = frozenset({"isp.bill_not_exist", "isv.bill_not_exist"})
_HOSTS = ".alipay.com"


class Takes(Protocol):
    """What a bill is written into, packed."""

    def write(self, data: bytes, /) -> object: ...


class AlipayBills(Alipay):
    """An app's client that asks for bills. Every failure is a `shop.clients.errors.ClientError`."""

    def find_trade_bill(self, day: date) -> str | None:
        """Where the bill of all payments and refunds of a day in Beijing is; None where there is none."""
        body = {"bill_type": "trade", "bill_date": f"{day:%Y-%m-%d}"}
        try:
            answer = self._call("alipay.data.dataservice.bill.downloadurl.query", body)
        except Rejected as refusal:
            if refusal.code.lower() in NO_BILL:
                return None
            raise
        return self._check_url(take_text(answer, "bill_download_url"))

    def _check_url(self, url: str) -> str:
        """Only Alipay itself is asked, whatever the answer names."""
        parts, own = urlsplit(url), urlsplit(self._url)
        is_own = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        is_of_alipay = parts.scheme in ("http", "https") and (parts.hostname or "").endswith(_HOSTS)
        if not (is_own or (is_of_alipay and not parts.username and not parts.port)):
            raise Unknown("The bill is said to be at another place.")
        return url if is_own else parts._replace(scheme="https").geturl()

    def fetch(self, url: str, into: Takes) -> None:
        """Write the archive as it comes, in constant memory. Raises Unknown for what is too long, or gone."""
        parts, length = urlsplit(url), 0

        def take(chunk: bytes) -> None:
            nonlocal length
            length += len(chunk)
            if length > MOST_PACKED_BYTES:
                raise Unknown("The bill is too long.")
            into.write(chunk)

        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Accept": "*/*", "User-Agent": "shop-back-office"}
        request = Request("GET", f"{parts.scheme}://{parts.netloc}", target, headers)
        with self._circuit.call():
            answer = send(request, timeout=DOWNLOAD_TIMEOUT_S, take=take)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The bill cannot be fetched: HTTP {answer.status}.")
