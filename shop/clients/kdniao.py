"""快递鸟: waybills (1007, taken back 1147), couriers called (1001, called off 1004), a proof of the key (2002).

An answer is HTTP 200 with `Success` and `ResultCode`; a code of ours that was used before is answered 106, mostly with
the number that it got. Nothing in an answer is signed, so it must name our merchant, code and courier.

A code of a collection that was used before is refused with 105 and a reason in words. Newer documents have 1801 and
1802 for collections, so that their path and kinds are the site's.

Source: 快递鸟 documents 电子面单接口, 预约取件接口, 单号识别; the vendor's own demos for the envelope and the lengths.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from shop.clients.circuit import circuit_of
from shop.clients.collections import CollectionRequest
from shop.clients.errors import Rejected, Unknown
from shop.clients.transport import Answer, Request, parse_object, send
from shop.clients.waybills import (
    FORM_HEADERS,
    GRAMS_PER_KG,
    LONGEST_REASON,
    MOBILE_PATTERN,
    Account,
    AlreadyUsed,
    Goods,
    Party,
    Waybill,
    WaybillRequest,
    check_account,
    clean_phone,
    leave_out_empty,
    read_fact,
    read_label,
    read_number,
    shorten,
)

PRODUCTION_URL = "https://api.kdniao.com"
WAYBILL_PATH = "/api/EOrderService"
QUERY_PATH = "/Ebusiness/EbusinessOrderHandle.aspx"
COLLECT_PATH = "/api/OOrderService"
SUBSCRIBE_PATH = "/api/dist"
TIMEOUT_S = 10.0
"""The provider asks the courier meanwhile."""
ISSUE, VOID, RECOGNISE = "1007", "1147", "2002"
COLLECT, CALL_OFF = "1001", "1004"
ASK, SUBSCRIBE = "1002", "1008"
DONE, USED_BEFORE = "100", "106"
# Reasons in words: the code was used before; there is no such collection, or not any more.
CALLED_BEFORE = ("订单号已存在", "订单已存在", "订单号重复")
NOT_THERE = ("订单不存在", "订单号不存在", "订单已取消")
BEIJING = ZoneInfo("Asia/Shanghai")
# No courier has given this number to anybody; it only has to be answered.
TEST_NUMBER = "75000000000001"
# 快递鸟 names the municipalities without 市 where it asks for a province.
MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """What the member centre of 快递鸟 shows: the merchant's id (EBusinessID) and its ApiKey."""

    business_id: str
    api_key: str = field(repr=False)


@dataclass(frozen=True)
class Site:
    """Where 快递鸟 answers: waybills, questions and collections have paths of their own; in the sandbox one."""

    base_url: str = PRODUCTION_URL
    waybill_path: str = WAYBILL_PATH
    query_path: str = QUERY_PATH
    collect_path: str = COLLECT_PATH
    collect_kind: str = COLLECT
    call_off_kind: str = CALL_OFF
    subscribe_path: str = SUBSCRIBE_PATH
    ask_kind: str = ASK
    subscribe_kind: str = SUBSCRIBE


SANDBOX_PATH = "/kdniaosandbox/gateway/exterfaceInvoke.json"
PRODUCTION = Site()
SANDBOX = Site(
    "http://sandboxapi.kdniao.com:8080", SANDBOX_PATH, SANDBOX_PATH, SANDBOX_PATH, subscribe_path=SANDBOX_PATH
)


class KdNiao:
    """A `WaybillProvider` and `CourierCaller` for one merchant. Every failure is a ClientError."""

    repeats_for: timedelta | None = None

    def __init__(
        self, credentials: Credentials, *, site: Site = PRODUCTION, timeout: float = TIMEOUT_S
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._credentials = credentials
        self._site = site
        self._base_url = site.base_url.rstrip("/")
        self._timeout = timeout
        self._circuit = circuit_of(self._base_url, credentials.business_id)

    def issue(self, request: WaybillRequest) -> Waybill:
        """Get the waybill of a parcel, with its label as HTML; raises as `WaybillProvider.issue` says."""
        check_account(request.account)
        read = partial(_read_waybill, request=request)
        waybill = self._call(ISSUE, self._site.waybill_path, _write_order(request), read)
        if waybill is None:
            # Not inside the call: it is a healthy answer, after which others may be asked for.
            raise AlreadyUsed("The provider has this code already and does not tell its number.")
        return waybill

    def void(self, code: str, *, account: Account, tracking_no: str, provider_order: str = "") -> None:
        """Take a waybill back; whether a courier lets it be taken back is the courier's to say (`Rejected`)."""
        check_account(account)
        fields = {
            "ShipperCode": account.courier,
            "OrderCode": code,
            "ExpNo": tracking_no,
            "CustomerName": account.customer_name,
            "CustomerPwd": account.customer_pwd,
        }
        self._call(VOID, self._site.waybill_path, leave_out_empty(fields), _check_done)

    def call_courier(self, request: CollectionRequest) -> None:
        """Have a courier collect a parcel; raises as `CourierCaller.call_courier` says."""
        check_account(request.account)
        read = partial(_check_called, code=request.code)
        self._call(self._site.collect_kind, self._site.collect_path, _write_collection(request), read)

    def call_off(self, code: str, *, account: Account) -> None:
        """Tell that nobody need come; raises as `CourierCaller.call_off` says."""
        fields = {"ShipperCode": account.courier, "OrderCode": code}
        self._call(self._site.call_off_kind, self._site.collect_path, fields, _check_called_off)

    def test(self) -> None:
        """Ask which couriers a number could be of: any answer but a refusal proves id and key."""
        self._call(RECOGNISE, self._site.query_path, {"LogisticCode": TEST_NUMBER}, _check_success)

    def _call(self, kind: str, path: str, fields: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        body = write_envelope(self._credentials, kind, fields)
        with self._circuit.call():
            answer = send(Request("POST", self._base_url, path, FORM_HEADERS, body), timeout=self._timeout)
            return read(self._open(answer))

    def _open(self, answer: Answer) -> dict[str, Any]:
        if answer.status != HTTPStatus.OK:
            raise Unknown(f"The provider answered HTTP {answer.status}.")
        parsed = parse_object(answer.body)
        if not isinstance(parsed.get("Success"), bool):
            raise Unknown("The answer does not say whether it was done.")
        if parsed.get("EBusinessID", self._credentials.business_id) != self._credentials.business_id:
            raise Unknown("The answer is for another merchant.")
        return parsed


def write_envelope(credentials: Credentials, kind: str, fields: dict[str, Any]) -> bytes:
    """The form that is posted: exactly the JSON text that was signed, encoded once."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    form = {
        "RequestData": text,
        "EBusinessID": credentials.business_id,
        "RequestType": kind,
        "DataSign": sign_data(text, credentials.api_key),
        "DataType": "2",
    }
    return urlencode(form).encode()


def sign_data(text: str, api_key: str) -> str:
    """Base64 of the digest's lower-case hexadecimal text, as the vendor wants it, not of its bytes."""
    digest = hashlib.md5((text + api_key).encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def _write_order(request: WaybillRequest) -> dict[str, Any]:
    fields = {
        "OrderCode": request.code,
        **_write_account(request.account),
        "Quantity": 1,
        "IsReturnPrintTemplate": "1",
        "Sender": _write_party(request.sender),
        "Receiver": _write_party(request.receiver),
        "Commodity": _write_goods(request.goods),
        "Weight": request.weight_g / GRAMS_PER_KG,
        "Remark": shorten(request.remark, 60),
    }
    return leave_out_empty(fields)


def _write_collection(request: CollectionRequest) -> dict[str, Any]:
    account = request.account
    fields = {
        "ShipperCode": account.courier,
        "OrderCode": request.code,
        "LogisticCode": request.tracking_no,
        "MonthCode": account.month_code,
        "PayType": account.pay_type,
        "ExpType": account.product,
        "Quantity": 1,
        "Sender": _write_party(request.sender),
        "Receiver": _write_party(request.receiver),
        "Commodity": _write_goods(request.goods),
        "StartDate": _write_moment(request.start),
        "EndDate": _write_moment(request.end),
    }
    return leave_out_empty(fields)


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _write_goods(goods: Iterable[Goods]) -> list[dict[str, Any]]:
    return [{"GoodsName": shorten(each.name, 100), "Goodsquantity": each.quantity} for each in goods]


def _write_account(account: Account) -> dict[str, Any]:
    return {
        "ShipperCode": account.courier,
        "CustomerName": account.customer_name,
        "CustomerPwd": account.customer_pwd,
        "SendSite": account.send_site,
        "SendStaff": account.send_staff,
        "MonthCode": account.month_code,
        "WareHouseID": account.warehouse,
        "PayType": account.pay_type,
        "ExpType": account.product,
        "TransType": account.trans_type,
        "DeliveryMethod": account.delivery_method,
        "TemplateSize": account.label_size,
    }


def _write_party(party: Party) -> dict[str, Any]:
    phone = clean_phone(party.phone)
    province = party.province.removesuffix("市") if party.province in MUNICIPALITIES else party.province
    fields = {
        "Company": shorten(party.company, 30),
        "Name": shorten(party.name, 30),
        "Mobile" if MOBILE_PATTERN.fullmatch(phone) else "Tel": phone,
        "PostCode": shorten(party.postcode, 10),
        "ProvinceName": shorten(province, 20),
        "CityName": shorten(party.city, 20),
        "ExpAreaName": shorten(party.district, 20),
        "Address": shorten(party.address, 100),
    }
    return leave_out_empty(fields)


def _read_waybill(answer: dict[str, Any], request: WaybillRequest) -> Waybill | None:
    """The waybill, or None where our code was used before and its number is not told."""
    order = answer.get("Order")
    facts = order if isinstance(order, dict) else {}
    has_number = bool(facts.get("LogisticCode"))
    if str(answer.get("ResultCode")) != USED_BEFORE:
        if has_number and not answer["Success"]:
            raise Unknown("The provider refused and named a number all the same.")
        _check_done(answer)
    elif not has_number:
        return None
    _check_echo(facts, request)
    return Waybill(
        code=request.code,
        courier=request.account.courier,
        tracking_no=read_number(facts, "LogisticCode"),
        label_html=read_label(answer, "PrintTemplate"),
        route_mark=read_fact(facts, "MarkDestination"),
        provider_order=read_fact(facts, "KDNOrderCode"),
    )


def _check_called(answer: dict[str, Any], code: str) -> None:
    order = answer.get("Order")
    if isinstance(order, dict) and order.get("OrderCode", code) != code:
        raise Unknown("The answer speaks of another parcel.")
    if str(answer.get("ResultCode")) != USED_BEFORE and not _refuses_since(answer, CALLED_BEFORE):
        _check_done(answer)


def _check_called_off(answer: dict[str, Any]) -> None:
    if not _refuses_since(answer, NOT_THERE):
        _check_done(answer)


def _refuses_since(answer: dict[str, Any], reasons: Collection[str]) -> bool:
    reason = read_fact(answer, "Reason", LONGEST_REASON)
    return not answer["Success"] and any(words in reason for words in reasons)


def _check_echo(facts: dict[str, Any], request: WaybillRequest) -> None:
    if (facts.get("OrderCode"), facts.get("ShipperCode")) != (request.code, request.account.courier):
        raise Unknown("The answer speaks of another parcel.")


def _check_done(answer: dict[str, Any]) -> None:
    _check_success(answer)
    if str(answer.get("ResultCode")) != DONE:
        raise Unknown("The provider says done under a code that is not known.")


def _check_success(answer: dict[str, Any]) -> None:
    if answer["Success"]:
        return
    code, reason = read_fact(answer, "ResultCode"), read_fact(answer, "Reason", LONGEST_REASON)
    if not (code or reason):
        raise Unknown("The provider refuses and does not say why.")
    raise Rejected(code, reason, HTTPStatus.OK)
