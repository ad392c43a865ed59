"""The bills of WeChat Pay (对账单): where the file of a day is, and the file itself, into whatever takes bytes.

The answer with the address is signed as any other. The file is not: what proves it is the digest that the signed answer
named, over the bill as it is unpacked, so nobody may believe a byte before `fetch` has returned.

Source: WeChat Pay documents 申请交易账单, 申请资金账单, 下载账单.
"""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from shop.clients.errors import Rejected, Unknown
from shop.clients.transport import Request, send
from shop.clients.wechat_pay import WeChatPay
from shop.clients.wechat_pay_facts import take_text

DOWNLOAD_TIMEOUT_S = 60.0
MOST_BYTES = 400_000_000
"""Of a bill as it is unpacked: more than a million rows."""
NO_BILL = "NO_STATEMENT_EXIST"
_GZIP = b"\x1f\x8b"
_ANY_HEADER = 47
"""What zlib calls "gzip or zlib, as its header says"."""


class Takes(Protocol):
    """What a bill is written into, unpacked."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class BillLink:
    """Where a bill is fetched, and the SHA-1 of it as it is unpacked, in hexadecimal."""

    target: str
    sha1: str


class WeChatBills(WeChatPay):
    """A merchant's client that asks for bills. Every failure is a `shop.clients.errors.ClientError`."""

    def find_trade_bill(self, day: date) -> BillLink | None:
        """The bill of all payments and refunds of a day in Beijing; None where the gateway has none."""
        return self._find_bill(f"/v3/bill/tradebill?bill_date={day:%Y-%m-%d}&bill_type=ALL&tar_type=GZIP")

    def find_fund_bill(self, day: date) -> BillLink | None:
        """The bill of all that moved on the merchant's basic account on a day; None where there is none."""
        target = f"/v3/bill/fundflowbill?bill_date={day:%Y-%m-%d}&account_type=BASIC&tar_type=GZIP"
        return self._find_bill(target)

    def _find_bill(self, target: str) -> BillLink | None:
        try:
            answer = self._call("GET", target)
        except Rejected as refusal:
            if refusal.code == NO_BILL:
                return None
            raise
        if answer.get("hash_type") != "SHA1":
            raise Unknown("The digest of the bill is of another kind.")
        parts = urlsplit(take_text(answer, "download_url"))
        # Whatever host it names, only the gateway itself is asked: our signature goes nowhere else.
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return BillLink(target, take_text(answer, "hash_value").lower())

    def fetch(self, link: BillLink, into: Takes) -> None:
        """Write the bill as it is unpacked, in constant memory. Raises Unknown for another one than was named."""
        unpacking = _Unpacking(into)
        headers = {
            "Accept": "application/json",
            "User-Agent": "shop-back-office",
            "Wechatpay-Serial": self._credentials.platform_key_id,
            "Authorization": self._authorize("GET", link.target, ""),
        }
        request = Request("GET", self._base_url, link.target, headers)
        with self._circuit.call():
            answer = send(request, timeout=DOWNLOAD_TIMEOUT_S, take=unpacking.take)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The gateway answered HTTP {answer.status}.")
            if unpacking.finish() != link.sha1:
                raise Unknown("The bill is not the one that was named.")


class _Unpacking:
    """Unpacks what is packed, writes it on and takes its digest."""

    def __init__(self, into: Takes) -> None:
        self._into, self._digest, self._length = into, hashlib.sha1(usedforsecurity=False), 0
        self._unpack: zlib._Decompress | None = None
        self._head = b""
        self._is_begun = False

    def take(self, chunk: bytes) -> None:
        """Raises Unknown for what cannot be unpacked, or is too long."""
        if not self._is_begun:
            chunk, self._head = self._head + chunk, b""
            if len(chunk) < len(_GZIP):
                self._head = chunk
                return
            self._begin(chunk)
        while chunk:
            chunk = self._write(chunk)

    def _begin(self, chunk: bytes) -> None:
        self._is_begun = True
        if chunk.startswith(_GZIP):
            self._unpack = zlib.decompressobj(_ANY_HEADER)

    def _write(self, chunk: bytes) -> bytes:
        """Write what comes of a piece, at most a megabyte; returns what of it is left."""
        left = b""
        if self._unpack is not None:
            try:
                chunk = self._unpack.decompress(chunk, 1 << 20)
            except zlib.error:
                raise Unknown("The bill cannot be unpacked.") from None
            left = self._unpack.unconsumed_tail
        self._length += len(chunk)
        if self._length > MOST_BYTES:
            raise Unknown("The bill is too long.")
        self._digest.update(chunk)
        self._into.write(chunk)
        return left

    def finish(self) -> str:
        """The digest of all of it. Raises Unknown where a part is missing."""
        if self._head:
            self._begin(self._head)
            self._write(self._head)
        if self._unpack is not None and not self._unpack.eof:
            raise Unknown("The bill ends in the middle.")
        return self._digest.hexdigest()
