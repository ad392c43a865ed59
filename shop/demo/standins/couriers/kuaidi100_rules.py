"""What 快递100 asks of the data of a waybill: its fields, and those of the account at each courier.

Source: 快递100 documents 电子面单下单V2 and 电子面单参数. Undocumented fields are refused, because in earnest a
misspelt one would be silently ignored.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shop.demo.standins.couriers.carriers import BY_KUAIDI100, Carrier
from shop.demo.standins.couriers.label import Label
from shop.demo.standins.wire import Problem

ORDER_FIELDS = {
    *("printType", "partnerId", "partnerKey", "partnerSecret", "partnerName", "net", "code", "checkMan"),
    *("kuaidicom", "recMan", "sendMan", "cargo", "count", "weight", "payType", "expType", "remark"),
    *("orderId", "reorder", "tempId"),
}
PARTY_FIELDS = {"name", "mobile", "tel", "printAddr", "province", "city", "district", "addr", "company"}
PLACE = ("province", "city", "district", "addr")
PAY_TYPES = ("SHIPPER", "CONSIGNEE", "MONTHLY", "THIRDPARTY")
# Of the four kinds of print this one makes a picture and none.
PRINT_TYPES = ("NON", "IMAGE")


@dataclass(frozen=True)
class Order:
    """A waybill that may be issued; without `is_reorder` an order that is known already is meant."""

    code: str
    carrier: Carrier
    label: Label
    is_reorder: bool


def read_order(param: Mapping[str, Any]) -> Order:
    """The order in the param; a Problem with the vendor's code and message for whatever breaks the rules."""
    carrier = check_partner(param, ORDER_FIELDS)
    _need_text(param, "cargo")
    if not isinstance(param.get("count"), int) or param["count"] < 1:
        raise _wrong("count")
    if param.get("payType") not in PAY_TYPES:
        raise _wrong("payType")
    if param.get("printType", "NON") not in PRINT_TYPES:
        raise _wrong("printType")
    is_reorder = param.get("reorder", True)
    if not isinstance(is_reorder, bool):
        raise _wrong("reorder")
    receiver, sender = (_read_party(param, name) for name in ("recMan", "sendMan"))
    label = Label(
        receiver=_name(receiver),
        to=_place(receiver),
        sender=_name(sender),
        origin=_place(sender),
        goods=param["cargo"],
        remark=str(param.get("remark", "")),
    )
    return Order(str(param.get("orderId", "")), carrier, label, is_reorder)


def check_partner(param: Mapping[str, Any], known: Collection[str]) -> Carrier:
    """The courier, if the account has what this courier needs."""
    _refuse_unknown(param, known)
    carrier = BY_KUAIDI100.get(str(param.get("kuaidicom")))
    if carrier is None:
        raise _wrong("kuaidicom")
    for name in carrier.partner:
        _need_text(param, name)
    return carrier


def _read_party(param: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    party = param.get(name)
    if not isinstance(party, dict):
        raise _wrong(name)
    _refuse_unknown(party, PARTY_FIELDS)
    _need_text(party, "name")
    if not (party.get("mobile") or party.get("tel")):
        raise _wrong(f"{name}.mobile")
    for part in () if party.get("printAddr") else PLACE:
        _need_text(party, part)
    return party


def _need_text(fields: Mapping[str, Any], name: str) -> None:
    if not isinstance(fields.get(name), str) or not fields[name]:
        raise _wrong(name)


def _refuse_unknown(fields: Mapping[str, Any], known: Collection[str]) -> None:
    for name in fields:
        if name not in known:
            raise _wrong(name)


def _name(party: Mapping[str, Any]) -> str:
    return f"{party['name']} {party.get('mobile') or party.get('tel')}"


def _place(party: Mapping[str, Any]) -> str:
    return str(party.get("printAddr") or " ".join(party[part] for part in PLACE))


def _wrong(name: str) -> Problem:
    return Problem(200, "400", f"参数错误：{name}")
