"""What may stand in an upload of shipping, field by field, as the pretend WeChat reads it.

Source: WeChat documents uploadShippingInfo and its list of error codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.demo.standins.wechat.mini import refuse_call

COMPANIES = {
    "SF": "顺丰速运",
    "ZTO": "中通快递",
    "STO": "申通快递",
    "YTO": "圆通速递",
    "YD": "韵达快递",
    "JTSD": "极兔速递",
    "JD": "京东快递",
    "YZPY": "邮政快递包裹",
    "DBL": "德邦快递",
    "EMS": "EMS",
    "UC": "优速快递",
    "ZJS": "宅急送",
}
"""Couriers that it knows: id → name."""
EXPRESS, SPLIT, MOST, LONGEST = 1, 2, 15, 128
_FIELDS = {
    *(
        "order_key",
        "logistics_type",
        "delivery_mode",
        "is_all_delivered",
        "shipping_list",
        "upload_time",
        "payer",
    )
}
_PARCEL_FIELDS = {"tracking_no", "express_company", "item_desc", "contact"}
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d"
_MASKED = r"[0-9+\-]*\*+[0-9+\-*]*\d{4}"


@dataclass(frozen=True)
class ReadUpload:
    key: Mapping[str, Any]
    openid: str
    moment: float
    content: dict[str, Any]
    is_finished: bool


def read_upload(body: Mapping[str, Any]) -> ReadUpload:
    """An upload whose every field is as documented. Raises Problem with the code of the first that is not."""
    if body.keys() - _FIELDS:
        raise refuse_call(47001, "data format error")
    key, moment = _read_key(body.get("order_key")), _read_moment(body.get("upload_time"))
    kind, is_finished = _read_mode(body)
    rows = body.get("shipping_list")
    _check_count(rows, is_split=body["delivery_mode"] == SPLIT)
    for row in rows if isinstance(rows, list) else ():
        _check_parcel(row, kind)
    payer = body.get("payer")
    openid = payer.get("openid") if isinstance(payer, dict) else None
    content = {"logistics_type": kind, "delivery_mode": body["delivery_mode"], "shipping_list": rows}
    return ReadUpload(key, str(openid or ""), moment, content, is_finished)


def _read_key(key: Any) -> dict[str, Any]:
    if not isinstance(key, dict):
        raise refuse_call(268485194, "order_key empty")
    if key.get("order_number_type") == 2:
        if not key.get("transaction_id"):
            raise refuse_call(268485195, "transaction_id empty")
        return {"transaction_id": str(key["transaction_id"])}
    if key.get("order_number_type") != 1:
        raise refuse_call(268485197, "order_number_type invalid")
    if not key.get("mchid") or not key.get("out_trade_no"):
        raise refuse_call(268485196, "mchid or out_trade_no empty")
    return {"merchant_id": str(key["mchid"]), "merchant_trade_no": str(key["out_trade_no"])}


def _read_moment(text: Any) -> float:
    if not isinstance(text, str) or not re.fullmatch(_MOMENT, text):
        raise refuse_call(268485216, "upload_time invalid")
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise refuse_call(268485216, "upload_time invalid") from None


def _read_mode(body: Mapping[str, Any]) -> tuple[int, bool]:
    """How it goes, and whether nothing is left to send."""
    kind, mode, is_all = (body.get(name) for name in ("logistics_type", "delivery_mode", "is_all_delivered"))
    if kind not in (1, 2, 3, 4):
        raise refuse_call(10060005, "logistics_type invalid")
    if mode not in (1, SPLIT):
        raise refuse_call(268485224, "delivery_mode invalid")
    if mode == SPLIT and kind != EXPRESS:
        raise refuse_call(10060006, "only express may be split")
    if mode == SPLIT and not isinstance(is_all, bool):
        raise refuse_call(10060007, "is_all_delivered missing")
    return int(kind), mode != SPLIT or is_all is True


def _check_count(rows: Any, *, is_split: bool) -> None:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise refuse_call(10060014, "shipping_list invalid")
    if not is_split and len(rows) != 1:
        raise refuse_call(268485228, "unified needs exactly one")
    if len(rows) > MOST:
        raise refuse_call(10060024, "shipping_list too long")


def _check_parcel(row: Mapping[str, Any], kind: int) -> None:
    if row.keys() - _PARCEL_FIELDS:
        raise refuse_call(47001, "data format error")
    _check_goods(row.get("item_desc"))
    if kind != EXPRESS:
        return
    number, company = row.get("tracking_no"), row.get("express_company")
    if not number:
        raise refuse_call(268485226, "tracking_no empty")
    if not company:
        raise refuse_call(268485227, "express_company empty")
    if len(str(company)) > LONGEST or len(str(number)) > LONGEST:
        raise refuse_call(10060025 if len(str(company)) > LONGEST else 10060026, "too long")
    if company not in COMPANIES:
        raise refuse_call(10060014, "express_company invalid")
    if company == "SF":
        _check_contact(row.get("contact"))


def _check_goods(goods: Any) -> None:
    if goods is None:
        raise refuse_call(10060020, "item_desc missing")
    if not goods:
        raise refuse_call(10060008, "item_desc empty")
    if len(str(goods)) > 120:
        raise refuse_call(10060009, "item_desc too long")


def _check_contact(contact: Any) -> None:
    values = contact.values() if isinstance(contact, dict) else ()
    if not values or not all(re.fullmatch(_MASKED, str(value)) for value in values):
        raise refuse_call(10060014, "contact invalid")
