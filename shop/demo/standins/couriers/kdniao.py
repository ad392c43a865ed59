"""Pretend 快递鸟: waybills (1007, taken back 1147), couriers called (1001, off 1004), recognising a number (2002),
and, in `tracking.py`, where a parcel is (1002, 8001) with subscriptions to that (1008, 8008).

Source: 快递鸟 documents 电子面单接口, 预约取件接口, 单号识别. Every failure is HTTP 200 with Success false.
"""

import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from shop.demo.standins.couriers.carriers import CARRIERS
from shop.demo.standins.couriers.collecting import find_collection, note_called_off, note_collection
from shop.demo.standins.couriers.envelope import read_form, sign_kdniao
from shop.demo.standins.couriers.journal import Parcel, find_waybill, issue_waybill, void_waybill
from shop.demo.standins.couriers.journeys import set_off, subscribe
from shop.demo.standins.couriers.kdniao_rules import read_collection, read_order
from shop.demo.standins.couriers.tracking import ask_kdniao, subscribe_kdniao
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

PROVIDER = "kdniao"
SET_OFF_SECONDS = 120
"""So long after its label a parcel sets off; its news is pushed without a subscription of its own."""
FORM_FIELDS = ("RequestData", "EBusinessID", "RequestType", "DataSign", "DataType")
SANDBOX_PATH = "/kdniaosandbox/gateway/exterfaceInvoke.json"
FORBIDDEN = re.compile(r"""['"#&+<>%\\]""")
OTHERS_CODE = "not-the-code-that-was-asked"

Handler = Callable[[World, dict[str, Any]], dict[str, Any]]


def answer_kdniao(world: World, request: Request) -> Reply:
    """Carry out one call, or refuse it in the vendor's shape."""
    form = read_form(request, FORM_FIELDS)
    caller = form["EBusinessID"].decode(errors="replace") if form else ""
    facts = {"EBusinessID": caller, "UniquerRequestNumber": secrets.token_hex(16)}
    try:
        handle, data = _open(world, request.path, form)
        with world.ledger.transaction():
            return reply_json(facts | {"Success": True} | handle(world, data))
    except Problem as problem:
        refusal = {"Success": False, "ResultCode": problem.code, "Reason": problem.message}
        return reply_json(facts | refusal)


def _open(world: World, path: str, form: dict[str, bytes] | None) -> tuple[Handler, dict[str, Any]]:
    if form is None:
        raise _refuse("101", "缺少参数[请检查系统级参数]")
    raw, known = form["RequestData"], world.couriers
    is_known = form["EBusinessID"] == known.kdniao_business_id.encode()
    if not is_known or not hmac.compare_digest(form["DataSign"], sign_kdniao(raw, known.kdniao_api_key)):
        raise _refuse("104", "非法参数[请核实ID和key是否正确]")
    handle = PATHS[path].get(form["RequestType"].decode("ascii", "replace"))
    if handle is None or form["DataType"] != b"2":
        raise _refuse("103", "无效的输入[【RequestType】或【DataType】]")
    return handle, _read_data(raw)


def _read_data(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw.decode())
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _refuse("401", "RequestData格式错误")
    if any(FORBIDDEN.search(text) for text in _list_texts(data)):
        raise _refuse("403", "参数含有特殊字符")
    return data


def _list_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _list_texts(part)


def issue(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """1007: a new waybill; a code that was used is answered 106, with its waybill unless told otherwise."""
    order, behaviour = read_order(data), world.ledger.behaviour()
    row = find_waybill(world, PROVIDER, order.code)
    if row is not None:
        if behaviour["waybill_repeat_silent"]:
            raise _refuse("106", "订单号已存在")
        return _describe(world, row) | {"ResultCode": "106", "Reason": "订单号已存在"}
    if behaviour["waybill_refusal"]:
        raise _refuse("105", str(behaviour["waybill_refusal"]))
    row = issue_waybill(world, Parcel(PROVIDER, order.code, order.carrier, order.label))
    if world.push_url:
        journey = set_off(world, PROVIDER, row["courier"], row["number"], after=SET_OFF_SECONDS)
        subscribe(world, journey, world.push_url)
    return _describe(world, row)


def void(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """1147: take a waybill back, once."""
    row = find_waybill(world, PROVIDER, str(data.get("OrderCode")))
    if row is None or (row["courier"], row["number"]) != (data.get("ShipperCode"), data.get("ExpNo")):
        raise _refuse("105", "业务错误[订单不存在]")
    if row["voided_at"]:
        raise _refuse("105", "业务错误[订单已取消]")
    void_waybill(world, row)
    return {"ResultCode": "100", "Reason": "成功"}


def collect(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """1001: a courier is called; a code that was used is refused, whatever became of it."""
    collecting, behaviour = read_collection(data), world.ledger.behaviour()
    if find_collection(world, collecting.code):
        raise _refuse("105", "业务错误[订单号已存在]")
    if behaviour["collection_refusal"]:
        raise _refuse("105", str(behaviour["collection_refusal"]))
    note_collection(world, collecting)
    order = {"OrderCode": collecting.code, "ShipperCode": collecting.carrier.code}
    return {"ResultCode": "100", "Reason": "成功", "Order": order}


def call_off(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """1004: a courier is called off, once."""
    row, reason = find_collection(world, str(data.get("OrderCode"))), ""
    if row is None or row["courier"] != data.get("ShipperCode"):
        reason = "业务错误[订单不存在]"
    elif row["called_off_at"]:
        reason = "业务错误[订单已取消]"
    if reason := reason or str(world.ledger.behaviour()["call_off_refusal"]):
        raise _refuse("105", reason)
    note_called_off(world, str(data["OrderCode"]))
    return {"ResultCode": "100", "Reason": "成功"}


def recognise(_world: World, data: dict[str, Any]) -> dict[str, Any]:
    """2002: the couriers whose numbers look like this one; perhaps none."""
    number = data.get("LogisticCode")
    if not isinstance(number, str) or not number:
        raise _refuse("402", "缺少物流单号")
    shippers = [
        {"ShipperCode": carrier.code, "ShipperName": carrier.name}
        for carrier in CARRIERS
        if carrier.could_have(number)
    ]
    return {"LogisticCode": number, "Code": "100", "Shippers": shippers}


def _describe(world: World, row: sqlite3.Row) -> dict[str, Any]:
    is_foreign = world.ledger.behaviour()["waybill_foreign"]
    order = {
        "OrderCode": OTHERS_CODE if is_foreign else row["code"],
        "ShipperCode": row["courier"],
        "LogisticCode": row["number"],
        "KDNOrderCode": row["provider_order"],
        "MarkDestination": row["route_mark"],
    }
    return {"ResultCode": "100", "Reason": "成功", "Order": order, "PrintTemplate": row["label"]}


def _refuse(code: str, reason: str) -> Problem:
    return Problem(200, code, reason)


WAYBILL_KINDS: dict[str, Handler] = {"1007": issue, "1147": void}
COLLECTION_KINDS: dict[str, Handler] = {"1001": collect, "1004": call_off}
QUERY_KINDS: dict[str, Handler] = {"2002": recognise, "1002": ask_kdniao, "8001": ask_kdniao}
SUBSCRIBE_KINDS: dict[str, Handler] = {"1008": subscribe_kdniao, "8008": subscribe_kdniao}
PATHS: dict[str, dict[str, Handler]] = {
    "/api/EOrderService": WAYBILL_KINDS,
    "/Ebusiness/EbusinessOrderHandle.aspx": QUERY_KINDS,
    "/api/OOrderService": COLLECTION_KINDS,
    "/api/dist": SUBSCRIBE_KINDS,
    SANDBOX_PATH: WAYBILL_KINDS | QUERY_KINDS | COLLECTION_KINDS | SUBSCRIBE_KINDS,
}
