"""WeChat Pay API v3 in public-key mode, for one merchant number and one mini-program.

The pinned library `wechatpayv3` signs, verifies and decrypts; the exchange itself is made here. The
library's own `request` keeps its address in a private attribute, follows redirects, checks signatures on
guessed text instead of bytes, throws away the headers of refusals so that they cannot be verified, and
raises bare `Exception`. What it lacks is added: freshness, the merchant's ids, the currency, and one
exception family.

A refusal without a valid signature is believed only where it says nothing about money (`UNSIGNED_REFUSALS`).
Sums are in fen, times are aware.

Source: WeChat Pay documents JSAPI下单, Native下单, H5下单, 查单, 关单, 支付通知, 退款, 退款通知, 签名与验签.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from wechatpayv3.utils import (
    aes_decrypt,
    build_authorization,
    load_private_key,
    load_public_key,
    rsa_sign,
    rsa_verify,
)

from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, BadSignature, Rejected, Unknown
from shop.clients.payment_facts import UNSIGNED_REFUSALS, Notice, Refund, Transaction
from shop.clients.transport import Answer, Request, parse_object, send
from shop.clients.wechat_pay_facts import (
    check_echo,
    read_refund,
    read_transaction,
    take_text,
)

__all__ = ["PRODUCTION_URL", "Credentials", "Notice", "Refund", "Transaction", "WeChatPay"]

PRODUCTION_URL = "https://api.mch.weixin.qq.com"
TIMEOUT_S = 8.0
"""A buyer would rather wait for a slow gateway than hear that it does not answer; few threads can be waiting."""
# The vendor's own SDKs refuse from this difference on.
FRESH_SECONDS = 300
CLOSED_CODES = frozenset({"ORDER_CLOSED", "ORDERCLOSED"})
# Longer texts are refused; the documents do not say whether they count characters or bytes, so bytes are
# counted.
DESCRIPTION_BYTES = 127
REASON_BYTES = 80
CODE_LETTERS = 512
"""No text of a code, and no address of a payment page, is longer, says the vendor."""
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Credentials:
    """What the merchant platform hands out; keys are PEM text, `api_v3_key` has 32 characters."""

    appid: str
    mchid: str
    merchant_serial: str
    merchant_private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    platform_key_id: str
    platform_public_key: str = field(repr=False)
    former_platform_keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def platform_keys(self) -> dict[str, str]:
        """Every key by which the gateway may sign: while keys are exchanged, the former ones too."""
        return {**self.former_platform_keys, self.platform_key_id: self.platform_public_key}


class WeChatPay:
    """The calls and notifies of one merchant. Every failure is a `shop.clients.errors.ClientError`."""

    def __init__(
        self, credentials: Credentials, *, base_url: str = PRODUCTION_URL, timeout: float = TIMEOUT_S
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes. Raises `BadCredentials`."""
        self._credentials = credentials
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._private_key = _load_key(load_private_key, credentials.merchant_private_key)
        _load_key(load_public_key, credentials.platform_public_key)
        if len(credentials.api_v3_key.encode()) != 32:
            raise BadCredentials("The APIv3 key must have 32 characters.")
        self._circuit = circuit_of(
            self._base_url, credentials.mchid, credentials.merchant_serial, credentials.platform_key_id
        )

    @property
    def mchid(self) -> str:
        """Whose client it is."""
        return self._credentials.mchid

    def create_jsapi_order(
        self,
        *,
        number: str,
        amount_fen: int,
        description: str,
        openid: str,
        expires_at: datetime,
        notify_url: str,
    ) -> str:
        """Announce a payment and return its prepay_id, valid for two hours.

        The same number with the same parameters gives the current prepay_id again; with others it is
        `Rejected`.
        """
        body = self._write_order(number, amount_fen, description, expires_at, notify_url)
        body["payer"] = {"openid": openid}
        return take_text(self._call("POST", "/v3/pay/transactions/jsapi", body), "prepay_id")

    def create_native_order(
        self, *, number: str, amount_fen: int, description: str, expires_at: datetime, notify_url: str
    ) -> str:
        """Announce a payment by whoever scans a code and return what the code says, valid for two hours.

        Repeated as `create_jsapi_order`.
        """
        body = self._write_order(number, amount_fen, description, expires_at, notify_url)
        code_url = take_text(self._call("POST", "/v3/pay/transactions/native", body), "code_url")
        if len(code_url) > CODE_LETTERS:
            raise Unknown("The code is longer than codes are.")
        return code_url

    def create_h5_order(
        self,
        *,
        number: str,
        amount_fen: int,
        description: str,
        payer_ip: str,
        expires_at: datetime,
        notify_url: str,
    ) -> str:
        """Announce a payment in a phone's browser and return the address that opens WeChat, good for five minutes.

        Repeated as `create_jsapi_order`; another `payer_ip` is another parameter.
        """
        body = self._write_order(number, amount_fen, description, expires_at, notify_url)
        body["scene_info"] = {"payer_client_ip": payer_ip, "h5_info": {"type": "Wap"}}
        h5_url = take_text(self._call("POST", "/v3/pay/transactions/h5", body), "h5_url")
        if len(h5_url) > CODE_LETTERS or not h5_url.startswith(("https://", f"{self._base_url}/")):
            raise Unknown("The address is none to send somebody to.")
        return h5_url

    def _write_order(
        self, number: str, amount_fen: int, description: str, expires_at: datetime, notify_url: str
    ) -> dict[str, Any]:
        return {
            "appid": self._credentials.appid,
            "mchid": self._credentials.mchid,
            "description": _shorten(description, DESCRIPTION_BYTES),
            "out_trade_no": number,
            "time_expire": expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "notify_url": notify_url,
            "amount": {"total": amount_fen, "currency": "CNY"},
        }

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """The arguments of `wx.requestPayment`, signed by the merchant."""
        timestamp = str(int(time.time()))
        nonce = secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        signed = f"{self._credentials.appid}\n{timestamp}\n{nonce}\n{package}\n"
        return {
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": str(rsa_sign(self._private_key, signed)),
        }

    def query(self, number: str) -> Transaction | None:
        """What the gateway knows of our payment number; None if it has no such order."""
        target = f"/v3/pay/transactions/out-trade-no/{_quote(number)}?mchid={_quote(self._credentials.mchid)}"
        return self._query(target, "out_trade_no", number)

    def query_trade(self, trade_no: str) -> Transaction | None:
        """What the gateway knows of its own payment number; None if it has no such payment."""
        target = f"/v3/pay/transactions/id/{_quote(trade_no)}?mchid={_quote(self._credentials.mchid)}"
        return self._query(target, "transaction_id", trade_no)

    def _query(self, target: str, name: str, number: str) -> Transaction | None:
        answer = self._find(target)
        if answer is None:
            return None
        self._check_merchant(answer, ("mchid", "appid"))
        check_echo(answer, name, number)
        return read_transaction(answer)

    def close(self, number: str) -> None:
        """Make the payment impossible; quiet when it is closed already, `Rejected` when it is paid."""
        target = f"/v3/pay/transactions/out-trade-no/{_quote(number)}/close"
        try:
            self._exchange("POST", target, {"mchid": self._credentials.mchid})
        except Rejected as refusal:
            if refusal.code not in CLOSED_CODES:
                raise

    def refund(
        self,
        *,
        trade_no: str,
        refund_number: str,
        refund_fen: int,
        total_fen: int,
        notify_url: str,
        reason: str = "",
    ) -> Refund:
        """Ask for money to go back; `refund_number` makes repeats harmless. Accepted is not refunded.

        WeChat shows the buyer the `reason`; an empty one it refuses, so it is left out.
        """
        body = {
            "transaction_id": trade_no,
            "out_refund_no": refund_number,
            "notify_url": notify_url,
            "amount": {"refund": refund_fen, "total": total_fen, "currency": "CNY"},
        }
        if reason:
            body["reason"] = _shorten(reason, REASON_BYTES)
        answer = self._call("POST", "/v3/refund/domestic/refunds", body)
        check_echo(answer, "out_refund_no", refund_number)
        refund = read_refund(answer, "status")
        if refund.amount_fen != refund_fen:
            raise Unknown("The answer speaks of another sum.")
        return refund

    def query_refund(self, refund_number: str) -> Refund | None:
        """What the gateway knows of our refund number; None if it has no such refund."""
        answer = self._find(f"/v3/refund/domestic/refunds/{_quote(refund_number)}")
        if answer is None:
            return None
        check_echo(answer, "out_refund_no", refund_number)
        return read_refund(answer, "status")

    def read_payment_notice(self, headers: Mapping[str, str], body: bytes) -> Notice[Transaction]:
        """Prove and decrypt a payment notify. The caller refuses a `nonce` it has seen and compares the sum.

        Raises `BadSignature` for what is not proven, `Unknown` for what is proven but makes no sense.
        """
        nonce, notice = self._open_notice(headers, body, "TRANSACTION.")
        resource = notice["resource"]
        self._check_merchant(resource, ("mchid", "appid"))
        return Notice(notice["id"], nonce, notice["event_type"], read_transaction(resource))

    def read_refund_notice(self, headers: Mapping[str, str], body: bytes) -> Notice[Refund]:
        """Prove and decrypt a refund notify; raises as `read_payment_notice`."""
        nonce, notice = self._open_notice(headers, body, "REFUND.")
        resource = notice["resource"]
        self._check_merchant(resource, ("mchid",))
        return Notice(notice["id"], nonce, notice["event_type"], read_refund(resource, "refund_status"))

    def test_connection(self) -> None:
        """Prove that all keys fit: a number that cannot exist must get a signed "no such order"."""
        if self.query(f"connection-test-{secrets.token_hex(6)}") is not None:
            raise Unknown("The gateway knows an order that was never made.")

    def _find(self, target: str) -> dict[str, Any] | None:
        try:
            return self._call("GET", target)
        except Rejected as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _call(self, method: str, target: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return _parse_answer(self._exchange(method, target, body))

    def _exchange(self, method: str, target: str, body: dict[str, Any] | None) -> Answer:
        text = json.dumps(body, ensure_ascii=False) if body else ""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "shop-back-office",
            "Wechatpay-Serial": self._credentials.platform_key_id,
            "Authorization": self._authorize(method, target, text),
        }
        request = Request(method, self._base_url, target, headers, text.encode())
        with self._circuit.call():
            answer = send(request, timeout=self._timeout)
            self._judge(answer)
        return answer

    def _authorize(self, method: str, target: str, body: str) -> str:
        credentials = self._credentials
        return str(
            build_authorization(
                target, method, credentials.mchid, credentials.merchant_serial, self._private_key, data=body
            )
        )

    def _judge(self, answer: Answer) -> None:
        """Let pass only a proven success; an unproven answer must not decide anything about money."""
        if answer.status in UNSIGNED_REFUSALS:
            raise _refusal(answer)
        if not (200 <= answer.status < 300 or 400 <= answer.status < 500):
            raise Unknown(f"The gateway answered HTTP {answer.status}.")
        self._verify(answer.headers, answer.body)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(answer)

    def _verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check the five signature headers (lower-case names) over the raw body; return the nonce."""
        timestamp, nonce, signature, serial = (
            headers.get(f"wechatpay-{name}", "") for name in ("timestamp", "nonce", "signature", "serial")
        )
        if not (timestamp and nonce and signature and serial):
            raise BadSignature("headers", "The message is not signed.")
        is_readable = (timestamp + nonce + signature + serial).isascii() and timestamp.isdigit()
        if not is_readable or len(timestamp) > 12:
            raise BadSignature("headers", "The signature headers are not readable.")
        if abs(time.time() - int(timestamp)) >= FRESH_SECONDS:
            raise BadSignature("stale", "The message is too old, or a clock is wrong.")
        if serial not in self._credentials.platform_keys:
            raise BadSignature("serial", "The message is signed with an unknown key.")
        key = _load_key(load_public_key, self._credentials.platform_keys[serial])
        if not rsa_verify(timestamp, nonce, _decode(body), signature, key):
            raise BadSignature("signature", "The signature does not fit.")
        return nonce

    def _open_notice(self, headers: Mapping[str, str], body: bytes, kind: str) -> tuple[str, dict[str, Any]]:
        nonce = self._verify({name.lower(): value for name, value in headers.items()}, body)
        notice = parse_object(body)
        if not take_text(notice, "event_type").startswith(kind):
            raise Unknown("The notify is of another kind.")
        take_text(notice, "id")
        return nonce, {**notice, "resource": self._decrypt(notice.get("resource"))}

    def _decrypt(self, resource: object) -> dict[str, Any]:
        if not isinstance(resource, dict) or resource.get("algorithm") != "AEAD_AES_256_GCM":
            raise Unknown("The notify holds nothing readable.")
        associated = resource.get("associated_data") or ""
        try:
            plain = aes_decrypt(
                take_text(resource, "nonce"),
                take_text(resource, "ciphertext"),
                str(associated),
                self._credentials.api_v3_key,
            )
        except ValueError:
            plain = None
        if plain is None:
            raise BadSignature("decryption", "The notify cannot be decrypted with the APIv3 key.")
        return parse_object(plain.encode())

    def _check_merchant(self, fact: dict[str, Any], names: tuple[str, ...]) -> None:
        for name in names:
            if fact.get(name) != getattr(self._credentials, name):
                raise BadSignature("merchant", f"The message is for another {name}.")


# Reading a private key takes some 40 ms because it is checked, which is too much for every notify.
@lru_cache(maxsize=32)
def _load_key(load: Callable[[str], Any], pem: str) -> Any:
    try:
        # The library knows the first and last line of a key only when LF ends them.
        key = load("\n".join(line.strip() for line in pem.strip().splitlines()))
    except Exception as exc:  # The library raises bare Exception for an unreadable key.
        raise BadCredentials("A key cannot be read.") from exc
    if key is None:
        raise BadCredentials("A key is missing.")
    return key


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadSignature("signature", "The body is not UTF-8.") from None


def _parse_answer(answer: Answer) -> dict[str, Any]:
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Unknown("The answer is not marked as JSON.")
    return parse_object(answer.body)


def _refusal(answer: Answer) -> Rejected:
    parsed = _parse_answer(answer)
    return Rejected(take_text(parsed, "code"), str(parsed.get("message", "")), answer.status)


def _shorten(text: str, limit: int) -> str:
    return text.encode(errors="ignore")[:limit].decode(errors="ignore")


def _quote(part: str) -> str:
    return quote(part, safe="", errors="replace")
