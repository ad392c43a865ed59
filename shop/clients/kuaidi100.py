"""Electronic waybills of 快递100 (label/order, V2): issue, take back, and a signed call that proves the keys.

An answer names neither our code nor the courier, so only its shape can be checked; that a number was given before,
the caller has to see. The same code gives the same waybill for 48 hours only (`repeats_for`): later it would get a
second number.

Source: 快递100 documents 电子面单下单V2, 电子面单参数; the vendor's own demos for the signature. Its return codes for
this interface could not be had; those of its other interfaces are used.
"""

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unknown
from shop.clients.labels import fetch_label
from shop.clients.transport import Answer, Request, parse_object, send
from shop.clients.waybills import (
    FORM_HEADERS,
    GRAMS_PER_KG,
    LONGEST_REASON,
    Account,
    Party,
    Waybill,
    WaybillRequest,
    check_account,
    clean_phone,
    leave_out_empty,
    read_address,
    read_fact,
    read_number,
    shorten,
)

logger = logging.getLogger(__name__)
DOMAIN = "kuaidi100.com"
"""Its hosts, from which labels are fetched."""
PRODUCTION_URL = "https://api.kuaidi100.com"
WAYBILL_PATH = "/label/order"
TIMEOUT_S = 10.0
"""The provider asks the courier meanwhile."""
DONE = "200"
# "Server error" and "busy": the work may have been done before.
SICK_CODES = frozenset({"500", "501", "502"})
# Incomplete or not authorised, wrong signature, key unknown or expired.
KEY_REFUSALS = frozenset({"400", "503", "600", "601"})
PAY_TYPES = {1: "SHIPPER", 2: "CONSIGNEE", 3: "MONTHLY", 4: "THIRDPARTY"}
STANDARD_PRODUCT = {"1": "标准快递"}

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """What 快递100 shows a company: the key and, for waybills, the secret."""

    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Site:
    """Where 快递100 answers; the vendor's demos disagree where a waybill is taken back."""

    base_url: str = PRODUCTION_URL
    waybill_path: str = WAYBILL_PATH
    void_path: str = WAYBILL_PATH


PRODUCTION = Site()


class Kuaidi100:
    """A `WaybillProvider`: the waybills of one company. Every failure is a ClientError."""

    repeats_for: timedelta | None = timedelta(hours=48)

    def __init__(
        self, credentials: Credentials, *, site: Site = PRODUCTION, timeout: float = TIMEOUT_S
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._credentials = credentials
        self._site = site
        self._base_url = site.base_url.rstrip("/")
        self._timeout = timeout
        self._circuit = circuit_of(self._base_url, credentials.key)
        self._label_circuit = circuit_of(self._base_url, credentials.key, "labels")

    def issue(self, request: WaybillRequest) -> Waybill:
        """Get the waybill of a parcel, with its label; raises as `WaybillProvider.issue` says.

        A label that cannot be had leaves its address alone: the number is worth more.
        """
        read = partial(_read_waybill, request=request)
        waybill = self._call("order", self._site.waybill_path, _write_order(request), read)
        return replace(waybill, label_html=self._fetch_label(waybill.label_url))

    def _fetch_label(self, address: str) -> str:
        if not address:
            return ""
        try:
            with self._label_circuit.call():
                return fetch_label(address, provider=self._base_url, domain=DOMAIN)
        except ClientError as error:
            logger.warning("no label of 快递100: %s", type(error).__name__)
        return ""

    def void(self, code: str, *, account: Account, tracking_no: str, provider_order: str = "") -> None:
        """Take a waybill back by its number and the courier's own order number; `code` is not asked for."""
        fields = {
            **_write_partner(account),
            "kuaidinum": tracking_no,
            "orderId": provider_order,
            "reason": "不再寄送",
        }
        self._call("cancel", self._site.void_path, leave_out_empty(fields), _check_done)

    def test(self) -> None:
        """Ask for a label to be printed that was never made: a refusal of anything but the keys proves them."""
        try:
            task = f"connection-test-{secrets.token_hex(6)}"
            self._call("printOld", self._site.waybill_path, {"taskId": task}, _check_done)
        except Rejected as refusal:
            if refusal.code in KEY_REFUSALS:
                raise
            return
        raise Unknown("The provider knows a label that was never made.")

    def _call(self, method: str, path: str, fields: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        body = write_envelope(self._credentials, method, fields, moment_ms=int(time.time() * 1000))
        with self._circuit.call():
            answer = send(Request("POST", self._base_url, path, FORM_HEADERS, body), timeout=self._timeout)
            return read(_open(answer))


def write_envelope(credentials: Credentials, method: str, fields: dict[str, Any], *, moment_ms: int) -> bytes:
    """The form that is posted: exactly the JSON text that was signed. `moment_ms`: Unix milliseconds."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    form = {
        "method": method,
        "key": credentials.key,
        "t": str(moment_ms),
        "param": text,
        "sign": sign_param(text, str(moment_ms), credentials),
    }
    return urlencode(form).encode()


def sign_param(text: str, moment_ms: str, credentials: Credentials) -> str:
    """MD5 in upper-case hexadecimal over param, t, key and secret."""
    signed = text + moment_ms + credentials.key + credentials.secret
    return hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest().upper()


def _write_order(request: WaybillRequest) -> dict[str, Any]:
    account = request.account
    if account.pay_type not in PAY_TYPES:
        raise BadCredentials("The courier account names no way to pay.")
    fields = {
        **_write_partner(account),
        "printType": "IMAGE",
        "tempId": account.label_size,
        "recMan": _write_party(request.receiver),
        "sendMan": _write_party(request.sender),
        "cargo": shorten("，".join(goods.name for goods in request.goods), 100),
        "count": 1,
        "weight": request.weight_g / GRAMS_PER_KG,
        "payType": PAY_TYPES[account.pay_type],
        "expType": STANDARD_PRODUCT.get(account.product, account.product),
        "remark": shorten(request.remark, 60),
        "orderId": request.code,
    }
    # A flag that is false has to be sent: without it the same code would get a second number.
    return {**leave_out_empty(fields), "reorder": False}


def _write_partner(account: Account) -> dict[str, Any]:
    """The account by this provider's names: a courier has a customer with a key, or a monthly account alone."""
    check_account(account)
    if not account.provider_courier:
        raise BadCredentials("What the provider calls this courier is not known.")
    has_customer = bool(account.customer_name)
    fields = {
        "kuaidicom": account.provider_courier,
        "partnerId": account.customer_name or account.month_code,
        "partnerKey": account.customer_pwd or (account.month_code if has_customer else ""),
        "net": account.send_site,
        "checkMan": account.send_staff,
        "code": account.provider_channel,
    }
    return leave_out_empty(fields)


def _write_party(party: Party) -> dict[str, Any]:
    fields = {
        "name": shorten(party.name, 30),
        "mobile": clean_phone(party.phone),
        "province": shorten(party.province, 20),
        "city": shorten(party.city, 20),
        "district": shorten(party.district, 20),
        "addr": shorten(party.address, 100),
        "company": shorten(party.company, 30),
    }
    return leave_out_empty(fields)


def _open(answer: Answer) -> dict[str, Any]:
    if answer.status != HTTPStatus.OK:
        raise Unknown(f"The provider answered HTTP {answer.status}.")
    return parse_object(answer.body)


def _check_done(answer: dict[str, Any]) -> None:
    """Let pass only a clear success. Refusals come in the shape of this interface or of the older ones."""
    is_done, code = answer.get("success", answer.get("result")), read_fact(answer, "code")
    if is_done is True and code == DONE:
        return
    code = code or read_fact(answer, "returnCode")
    if is_done is not False or not code or code == DONE:
        raise Unknown("The answer does not say whether it was done.")
    if code in SICK_CODES:
        raise Unknown(f"The provider is out of order ({code}).")
    raise Rejected(code, read_fact(answer, "message", LONGEST_REASON), HTTPStatus.OK)


def _read_waybill(answer: dict[str, Any], request: WaybillRequest) -> Waybill:
    _check_done(answer)
    facts = answer.get("data")
    if not isinstance(facts, dict):
        raise Unknown("The answer holds no waybill.")
    return Waybill(
        code=request.code,
        courier=request.account.courier,
        tracking_no=read_number(facts, "kuaidinum"),
        label_url=read_address(facts, "label"),
        route_mark=read_fact(facts, "bulkpen"),
        provider_order=read_fact(facts, "kdComOrderNum"),
    )
