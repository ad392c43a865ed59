"""The calls and notices of one Alipay app. Sums are in fen, times are aware.

Unlike at WeChat Pay, what is announced there is no payment yet: it is made when somebody opens the code or the link.
Until then Alipay knows of no such number and cannot close it either, and the code is good until it lapses.

A refusal without a signature is believed only where it says nothing about money (`UNSIGNED_REFUSALS`). Answers bear
no time; that they are about what was asked is told by the number in them.

Source: Alipay documents 统一收单线下交易预创建, 手机网站支付, 交易查询, 交易关闭, 交易退款, 交易退款查询, 异步通知,
公共错误码.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from shop.clients.alipay.facts import (
    check_echo,
    read_refund,
    read_trade,
    read_yuan,
    take_number,
    take_text,
    write_time,
    write_yuan,
)
from shop.clients.alipay.signing import (
    SIGN_TYPE,
    is_form_signed,
    is_signed,
    load_keys,
    open_form,
    sign_form,
    split_answer,
)
from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, BadSignature, Rejected, Unknown
from shop.clients.payment_facts import Refund, Transaction
from shop.clients.transport import Answer, Request, send

PRODUCTION_URL = "https://openapi.alipay.com/gateway.do"
TIMEOUT_S = 8.0
SUBJECT_BYTES = 256
CODE_LETTERS = 512
_DONE, _UNKNOWN, _BUSINESS, _LIMITED = "10000", "20000", "40004", "40005"
_NO_TRADE, _IS_CLOSED = "ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_HAS_CLOSE"
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
    "User-Agent": "shop-back-office",
}


@dataclass(frozen=True)
class Credentials:
    """What the open platform hands out: the app, whose seller collects (`mchid`, 2088…), and both keys.

    Keys are PEM text or bare base64. `former_platform_keys`: other keys by which Alipay may have signed a notice.
    """

    appid: str
    mchid: str
    merchant_private_key: str = field(repr=False)
    platform_public_key: str = field(repr=False)
    former_platform_keys: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class AlipayNotice:
    """A proven notice; `id` stays when Alipay repeats itself. `refund_number`: it tells of this refund of it."""

    id: str
    content: Transaction
    refund_number: str


class Alipay:
    """Every failure is a `shop.clients.errors.ClientError`."""

    def __init__(
        self, credentials: Credentials, *, base_url: str = PRODUCTION_URL, timeout: float = TIMEOUT_S
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes. Raises `BadCredentials`."""
        if not credentials.appid or not credentials.mchid:
            raise BadCredentials("The app or the seller has no number.")
        self._credentials = credentials
        self._url = base_url
        self._timeout = timeout
        self._keys = self._load(credentials.platform_public_key)
        self._circuit = circuit_of(base_url, credentials.appid, credentials.platform_public_key)

    @property
    def mchid(self) -> str:
        """Whose client it is: the number of the seller."""
        return self._credentials.mchid

    def create_code(
        self, *, number: str, amount_fen: int, description: str, expires_at: datetime, notify_url: str
    ) -> str:
        """Announce a payment and return what its code says.

        The same number with the same parameters may be announced again, with others it is `Rejected` once the
        payment is made.
        """
        body = self._write_order(number, amount_fen, description, expires_at)
        answer = self._call("alipay.trade.precreate", body, notify_url=notify_url)
        check_echo(answer, "out_trade_no", number)
        code = take_text(answer, "qr_code")
        if len(code) > CODE_LETTERS or urlsplit(code).scheme not in ("https", "http"):
            raise Unknown("The code is not one.")
        return code

    def make_link(
        self,
        *,
        number: str,
        amount_fen: int,
        description: str,
        expires_at: datetime,
        notify_url: str,
        return_url: str = "",
    ) -> str:
        """Where a phone's browser pays, and is led to `return_url` afterwards; nothing is asked for it."""
        body = self._write_order(number, amount_fen, description, expires_at)
        body["product_code"] = "QUICK_WAP_WAY"
        fields = self._write_fields("alipay.trade.wap.pay", body, notify_url)
        return f"{self._url}?{sign_form(self._keys, fields | {'return_url': return_url})}"

    def _write_order(
        self, number: str, amount_fen: int, description: str, expires_at: datetime
    ) -> dict[str, str]:
        return {
            "out_trade_no": number,
            "total_amount": write_yuan(amount_fen),
            "subject": _write_subject(description),
            "seller_id": self._credentials.mchid,
            "time_expire": write_time(expires_at),
        }

    def query(self, number: str) -> Transaction | None:
        """What Alipay knows of our payment number; None if nobody has opened its code yet."""
        return self._query("out_trade_no", number)

    def query_trade(self, trade_no: str) -> Transaction | None:
        """What Alipay knows of its own payment number; None if it has no such payment."""
        return self._query("trade_no", trade_no)

    def _query(self, name: str, number: str) -> Transaction | None:
        try:
            answer = self._call("alipay.trade.query", {name: number})
        except Rejected as refusal:
            if refusal.code == _NO_TRADE:
                return None
            raise
        check_echo(answer, name, number)
        return read_trade(answer, paid_at_name="send_pay_date")

    def close(self, number: str) -> None:
        """Make the payment impossible; quiet when it is closed already, `Rejected` when it is paid or not made yet."""
        try:
            answer = self._call("alipay.trade.close", {"out_trade_no": number})
        except Rejected as refusal:
            if refusal.code == _IS_CLOSED:
                return
            raise
        check_echo(answer, "out_trade_no", number)

    def refund(self, *, trade_no: str, refund_number: str, refund_fen: int) -> Refund:
        """Give money back; `refund_number` makes repeats harmless.

        Alipay says whether money has moved now. Where it has not, as when it has before, it is asked; raises Unknown
        where it then knows of no such refund, which is to be sent again under its number.
        """
        body = {
            "trade_no": trade_no,
            "out_request_no": refund_number,
            "refund_amount": write_yuan(refund_fen),
        }
        answer = self._call("alipay.trade.refund", body)
        check_echo(answer, "trade_no", trade_no)
        if answer.get("fund_change") == "Y":
            # Beside it stands what was refunded of the payment in all, never less than this refund.
            if read_yuan(answer, "refund_fee") < refund_fen:
                raise Unknown("The answer speaks of another sum.")
            return Refund(refund_number, refund_number, "SUCCESS", refund_fen, None, trade_no)
        known = self.query_refund(trade_no=trade_no, refund_number=refund_number)
        if known is None:
            raise Unknown("Alipay has taken the refund and does not know of it.")
        return known

    def query_refund(self, *, trade_no: str, refund_number: str) -> Refund | None:
        """What Alipay knows of our refund number; None if it has made no such refund."""
        body = {"trade_no": trade_no, "out_request_no": refund_number}
        try:
            answer = self._call("alipay.trade.fastpay.refund.query", body)
        except Rejected as refusal:
            if refusal.code == _NO_TRADE:
                return None
            raise
        refund = read_refund(answer, refund_number)
        if refund is not None:
            check_echo(answer, "trade_no", trade_no)
        return refund

    def read_notice(self, body: bytes) -> AlipayNotice:
        """Prove a notice by the bytes of its form. The caller compares the sum, and knows repeats by their `id`.

        Raises `BadSignature` for what is not proven, `Unknown` for what is proven but makes no sense.
        """
        fields = open_form(body)
        if fields.get("sign_type") != SIGN_TYPE or not fields.get("sign"):
            raise BadSignature("headers", "The notice is not signed by RSA2.")
        if not any(is_form_signed(keys, fields) for keys in self._list_keys()):
            raise BadSignature("signature", "The signature does not fit.")
        for name, own in (("app_id", self._credentials.appid), ("seller_id", self._credentials.mchid)):
            if fields.get(name) != own:
                raise BadSignature("merchant", f"The notice is for another {name}.")
        return _read_notice(fields)

    def test_connection(self) -> None:
        """Prove that both keys fit: a number that cannot exist must get a signed "no such payment"."""
        if self.query(f"connection-test-{secrets.token_hex(6)}") is not None:
            raise Unknown("Alipay knows a payment that was never made.")

    def _load(self, public_key: str) -> Any:
        return load_keys(self._credentials.appid, self._credentials.merchant_private_key, public_key)

    def _list_keys(self) -> list[Any]:
        return [self._keys, *(self._load(key) for key in self._credentials.former_platform_keys)]

    def _write_fields(self, method: str, body: Mapping[str, str], notify_url: str = "") -> dict[str, str]:
        return {
            "app_id": self._credentials.appid,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": SIGN_TYPE,
            "timestamp": write_time(datetime.now(UTC)),
            "version": "1.0",
            "notify_url": notify_url,
            "biz_content": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        }

    def _call(self, method: str, body: Mapping[str, str], *, notify_url: str = "") -> dict[str, Any]:
        form = sign_form(self._keys, self._write_fields(method, body, notify_url))
        parts = urlsplit(self._url)
        origin, target = f"{parts.scheme}://{parts.netloc}", f"{parts.path}?charset=utf-8"
        request = Request("POST", origin, target, _HEADERS, form.encode())
        with self._circuit.call():
            return self._judge(send(request, timeout=self._timeout), method)

    def _judge(self, answer: Answer, method: str) -> dict[str, Any]:
        """Let pass only a proven success; an unproven answer must not decide anything about money."""
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Rejected(_LIMITED, "Alipay asks to be left alone.", answer.status)
        if answer.status != HTTPStatus.OK:
            raise Unknown(f"Alipay answered HTTP {answer.status}.")
        members = split_answer(answer.body)
        content, source = members.get(f"{method.replace('.', '_')}_response") or (None, "")
        signature, _text = members.get("sign") or ("", "")
        if content is None:
            content, source = members.get("error_response") or (None, "")
        if not isinstance(content, dict) or not isinstance(signature, str):
            raise Unknown("The answer is not one to this question.")
        if signature and not self._is_signed(source, signature):
            raise BadSignature("signature", "The signature does not fit.")
        return _take_success(content, is_proven=bool(signature))

    def _is_signed(self, source: str, signature: str) -> bool:
        """Alipay may have signed the text before its slashes were escaped, as its own SDK has it."""
        return any(is_signed(self._keys, text, signature) for text in (source, source.replace("\\/", "/")))


def _take_success(content: dict[str, Any], *, is_proven: bool) -> dict[str, Any]:
    code = take_text(content, "code")
    if code != _DONE:
        raise _refuse(content, code, is_proven=is_proven)
    if not is_proven:
        raise BadSignature("headers", "The answer is not signed.")
    return content


def _refuse(content: Mapping[str, Any], code: str, *, is_proven: bool) -> Rejected | Unknown:
    sub_code = str(content.get("sub_code") or code)
    message = str(content.get("sub_msg") or content.get("msg") or "")
    if code == _UNKNOWN or sub_code.endswith("SYSTEM_ERROR"):
        return Unknown(f"{sub_code}: {message}")
    if code == _LIMITED or sub_code.endswith("call-limited"):
        return Rejected(sub_code, message, HTTPStatus.TOO_MANY_REQUESTS)
    return Rejected(sub_code, message, HTTPStatus.BAD_REQUEST if is_proven else HTTPStatus.UNAUTHORIZED)


def _read_notice(fields: Mapping[str, str]) -> AlipayNotice:
    if fields.get("notify_type") != "trade_status_sync":
        raise Unknown("The notice is of another kind.")
    if fields.get("charset", "").lower() != "utf-8":
        raise Unknown("The notice is written in other letters.")
    content = read_trade(fields, paid_at_name="gmt_payment")
    is_refund = bool(fields.get("gmt_refund") or fields.get("out_biz_no"))
    number = take_number(fields, "out_biz_no") if is_refund else ""
    return AlipayNotice(take_number(fields, "notify_id"), content, number)


def _write_subject(text: str) -> str:
    """What the buyer reads: Alipay refuses some letters, and longer texts."""
    plain = "".join(" " if letter in "/=&" else letter for letter in text)
    return plain.encode(errors="ignore")[:SUBJECT_BYTES].decode(errors="ignore")
