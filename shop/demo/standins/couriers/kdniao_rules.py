"""What 快递鸟 asks of the data of a waybill (1007) and a collection (1001): fields, lengths, what each courier needs.

Source: 快递鸟 documents 电子面单接口 and 预约取件接口, and the comments of the vendor's demo. Undocumented fields are
refused, because in earnest a misspelt one would be silently ignored.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shop.demo.standins.couriers.carriers import BY_CODE, Carrier
from shop.demo.standins.couriers.label import Label
from shop.demo.standins.wire import Problem

# Name → longest, in characters.
ORDER_TEXTS = {
    "OrderCode": 30,
    "ShipperCode": 10,
    "CustomerName": 50,
    "CustomerPwd": 50,
    "SendSite": 50,
    "SendStaff": 50,
    "MonthCode": 20,
    "WareHouseID": 30,
    "TemplateSize": 10,
    "Remark": 60,
    "ExpType": 10,
    "IsReturnPrintTemplate": 1,
}
ORDER_NUMBERS = {"PayType", "Quantity", "Weight", "TransType", "DeliveryMethod"}
ORDER_PARTS = {"Sender", "Receiver", "Commodity"}
PARTY_TEXTS = {
    "Company": 30,
    "Name": 30,
    "Tel": 20,
    "Mobile": 20,
    "PostCode": 10,
    "ProvinceName": 20,
    "CityName": 20,
    "ExpAreaName": 20,
    "Address": 100,
}
PARTY_NEEDS = ("Name", "ProvinceName", "CityName", "ExpAreaName", "Address")
# Provinces are named in full, municipalities without 市.
PROVINCE = re.compile(r"北京|天津|上海|重庆|.+省|.+自治区|.+特别行政区")
MOST_PARCELS = 300
COLLECTION_TEXTS = {
    "OrderCode": 30,
    "ShipperCode": 10,
    "LogisticCode": 30,
    "MonthCode": 20,
    "ExpType": 10,
    "StartDate": 19,
    "EndDate": 19,
    "Remark": 60,
}
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)
MONTHLY, THIRD_PARTY = 3, 4
MONTH_CODE = re.compile(r"\d{10}")


@dataclass(frozen=True)
class Order:
    """A waybill that may be issued."""

    code: str
    carrier: Carrier
    label: Label


@dataclass(frozen=True)
class Collecting:
    """A courier who may be called, between two moments as they were written."""

    code: str
    carrier: Carrier
    number: str
    sender: str
    starts: str
    ends: str


def read_order(data: Mapping[str, Any]) -> Order:
    """The order in the data; a Problem with the vendor's code and reason for whatever breaks the rules."""
    _check_texts(data, ORDER_TEXTS, needs=("OrderCode", "ShipperCode", "ExpType"))
    _check_numbers(data)
    _refuse_unknown(data, {*ORDER_TEXTS, *ORDER_NUMBERS, *ORDER_PARTS})
    carrier = BY_CODE.get(data["ShipperCode"])
    if carrier is None:
        raise _wrong("ShipperCode")
    _check_account(data, carrier)
    sender, receiver = (_read_party(data, name, carrier) for name in ("Sender", "Receiver"))
    label = Label(
        receiver=_name(receiver),
        to=_place(receiver),
        sender=_name(sender),
        origin=_place(sender),
        goods=_read_goods(data.get("Commodity")),
        remark=str(data.get("Remark", "")),
    )
    return Order(data["OrderCode"], carrier, label)


def read_collection(data: Mapping[str, Any]) -> Collecting:
    """The collection in the data (1001); a Problem as `read_order` raises."""
    _check_texts(data, COLLECTION_TEXTS, needs=("OrderCode", "ShipperCode", "ExpType"))
    _check_numbers(data)
    _refuse_unknown(data, {*COLLECTION_TEXTS, "PayType", "Quantity", *ORDER_PARTS})
    carrier = BY_CODE.get(data["ShipperCode"])
    if carrier is None:
        raise _wrong("ShipperCode")
    sender, _receiver = (_read_party(data, name, carrier) for name in ("Sender", "Receiver"))
    _read_goods(data.get("Commodity"))
    starts, ends = (_read_moment(data, name) for name in ("StartDate", "EndDate"))
    if starts >= ends:
        raise _wrong("EndDate")
    place = f"{_name(sender)} {_place(sender)}"
    return Collecting(data["OrderCode"], carrier, data.get("LogisticCode", ""), place, starts, ends)


def _read_moment(data: Mapping[str, Any], name: str) -> str:
    text = str(data.get(name, ""))
    if not MOMENT.fullmatch(text):
        raise _wrong(name)
    return text


def _check_numbers(data: Mapping[str, Any]) -> None:
    for name in ORDER_NUMBERS & set(data):
        if not isinstance(data[name], int | float) or isinstance(data[name], bool) or data[name] <= 0:
            raise _wrong(name)
    if data.get("PayType") not in (1, 2, MONTHLY, THIRD_PARTY):
        raise _wrong("PayType")
    if not isinstance(data.get("Quantity"), int) or data["Quantity"] > MOST_PARCELS:
        raise _wrong("Quantity")


def _check_account(data: Mapping[str, Any], carrier: Carrier) -> None:
    _check_texts(data, {}, needs=carrier.account)
    is_sf = carrier.code == "SF"
    if data["PayType"] == THIRD_PARTY and not is_sf:
        raise _wrong("PayType")
    if is_sf and data["PayType"] == MONTHLY and not MONTH_CODE.fullmatch(data.get("MonthCode", "")):
        raise _missing("MonthCode")
    if carrier.needs_weight and "Weight" not in data:
        raise _missing("Weight")
    _check_choice(data, "DeliveryMethod", carrier.delivery_methods)
    _check_choice(data, "TransType", carrier.trans_types)


def _check_choice(data: Mapping[str, Any], name: str, choices: Collection[int]) -> None:
    if choices and name not in data:
        raise _missing(name)
    if name in data and data[name] not in choices:
        raise _wrong(name)


def _read_party(data: Mapping[str, Any], name: str, carrier: Carrier) -> Mapping[str, Any]:
    party = data.get(name)
    if not isinstance(party, dict):
        raise _missing(name)
    _check_texts(party, PARTY_TEXTS, needs=PARTY_NEEDS)
    _refuse_unknown(party, PARTY_TEXTS)
    if not (party.get("Tel") or party.get("Mobile")):
        raise _missing(f"{name}.Mobile")
    if carrier.needs_postcode and not party.get("PostCode"):
        raise _missing(f"{name}.PostCode")
    if not PROVINCE.fullmatch(party["ProvinceName"]):
        raise _wrong(f"{name}.ProvinceName")
    return party


def _read_goods(goods: object) -> str:
    if not isinstance(goods, list) or not goods:
        raise Problem(200, "101", "缺少参数[缺少货物信息]")
    for kind in goods:
        if not isinstance(kind, dict):
            raise _wrong("Commodity")
        _check_texts(kind, {"GoodsName": 100}, needs=("GoodsName",))
        _refuse_unknown(kind, {"GoodsName", "Goodsquantity"})
        if not isinstance(kind.get("Goodsquantity", 1), int):
            raise _wrong("Goodsquantity")
    return "，".join(f"{kind['GoodsName']} × {kind.get('Goodsquantity', 1)}" for kind in goods)


def _check_texts(fields: Mapping[str, Any], longest: Mapping[str, int], *, needs: Collection[str]) -> None:
    for name in needs:
        if not fields.get(name):
            raise _missing(name)
    for name in set(longest) & set(fields):
        if not isinstance(fields[name], str):
            raise _wrong(name)
        if len(fields[name]) > longest[name]:
            raise Problem(200, "404", f"参数长度错误[【{name}】]")


def _refuse_unknown(fields: Mapping[str, Any], known: Collection[str]) -> None:
    for name in fields:
        if name not in known:
            raise _wrong(name)


def _name(party: Mapping[str, Any]) -> str:
    return f"{party['Name']} {party.get('Mobile') or party.get('Tel')}"


def _place(party: Mapping[str, Any]) -> str:
    return " ".join(party[name] for name in ("ProvinceName", "CityName", "ExpAreaName", "Address"))


def _missing(name: str) -> Problem:
    return Problem(200, "101", f"缺少参数[【{name}】]")


def _wrong(name: str) -> Problem:
    return Problem(200, "102", f"无效的输入[【{name}】]")
