"""What both pretend providers tell of parcels on their way: asked for, and pushed with their signatures.

Source: 快递鸟 documents 即时查询, 物流跟踪, 推送接口; 快递100 documents 实时查询, 快递信息推送.
"""

import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import requests

from shop.demo.standins.couriers.carriers import BY_CODE, BY_KUAIDI100, Carrier
from shop.demo.standins.couriers.envelope import read_form, sign_kdniao
from shop.demo.standins.couriers.journeys import BEIJING, Stop, list_stops, set_off, subscribe
from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

KDNIAO, KUAIDI100 = "kdniao", "kuaidi100"
ASK_PATH, SUBSCRIBE_PATH = "/poll/query.do", "/poll"
PATHS = (ASK_PATH, SUBSCRIBE_PATH)
ANSWER_SECONDS = 5
PUMP_SECONDS = 1.0
WANT_PHONE = ("SF", "ZTO")
_ASKED = {"OrderCode", "ShipperCode", "LogisticCode", "CustomerName", "Sort"}
_SUBSCRIBED = _ASKED | {"Callback", "Sender", "Receiver", "IsSendMessage"}
_QUESTION = {"com", "num", "phone", "from", "to", "resultv2", "show", "order", "lang"}
_PARAMETERS = {"callbackurl", "salt", "resultv2", "autoCom", "interCom", "phone"}


def ask_kdniao(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """1002 and 8001: where a parcel is."""
    carrier, number = _read_kdniao(data, _ASKED)
    with world.ledger.transaction():
        return describe_for_kdniao(world, set_off(world, KDNIAO, carrier.code, number))


def subscribe_kdniao(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """1008 and 8008: each stop is pushed."""
    carrier, number = _read_kdniao(data, _SUBSCRIBED)
    if refusal := world.ledger.behaviour()["subscription_refusal"]:
        raise Problem(200, "105", str(refusal))
    with world.ledger.transaction():
        subscribe(world, set_off(world, KDNIAO, carrier.code, number), str(data.get("Callback", "")))
    return {"UpdateTime": _write_now(), "Reason": ""}


def _read_kdniao(data: dict[str, Any], allowed: set[str]) -> tuple[Carrier, str]:
    carrier, number = BY_CODE.get(str(data.get("ShipperCode"))), data.get("LogisticCode")
    if set(data) - allowed or carrier is None or not isinstance(number, str) or not number:
        raise Problem(200, "105", "参数错误[快递公司编码或单号]")
    _check_phone(carrier, data.get("CustomerName"), "105")
    return carrier, number


def _check_phone(carrier: Carrier, phone: object, code: str) -> None:
    if carrier.code in WANT_PHONE and not re.fullmatch(r"\d{4}", str(phone)):
        raise Problem(200, code, "请填写收/寄件人手机号后四位")


def describe_for_kdniao(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """The whole history, oldest first, with the state of its newest row."""
    stops = list_stops(world, row)
    code = stops[-1][1].kdniao if stops else "0"
    traces = [{"AcceptTime": at, "AcceptStation": stop.words, "Location": stop.place} for at, stop in stops]
    return {
        "ShipperCode": row["courier"],
        "LogisticCode": row["number"],
        "State": code[0],
        "StateEx": code,
        "Location": stops[-1][1].place if stops else "",
        "Traces": traces,
    }


def answer_poll(world: World, request: Request) -> Reply:
    """query.do and poll of 快递100."""
    try:
        handle = _ask if request.path == ASK_PATH else _subscribe
        with world.ledger.transaction():
            return reply_json(handle(world, request))
    except Problem as problem:
        return reply_json({"result": False, "returnCode": problem.code, "message": problem.message})


def _ask(world: World, request: Request) -> dict[str, Any]:
    form, known = read_form(request, ("customer", "sign", "param")), world.couriers
    if form is None:
        raise Problem(200, "400", "提交的数据不完整，或者贵公司没授权")
    signed = b"".join((form["param"], known.kuaidi100_key.encode(), known.kuaidi100_customer.encode()))
    if form["customer"] != known.kuaidi100_customer.encode() or not _fits(form["sign"], signed):
        raise Problem(200, "503", "验证签名失败")
    param = _read_object(form["param"], _QUESTION)
    carrier, number = _read_kuaidi100(param, "com", "num")
    _check_phone(carrier, param.get("phone"), "408")
    result = describe_for_kuaidi100(world, set_off(world, KUAIDI100, carrier.code, number))
    if not result["data"]:
        # No `Problem`: that would take back that the journey has begun.
        return {"result": False, "returnCode": "500", "message": "查询无结果，请隔段时间再查"}
    return result


def _subscribe(world: World, request: Request) -> dict[str, Any]:
    form = read_form(request, ("schema", "param"))
    if form is None or form["schema"] != b"json":
        raise Problem(200, "700", "提交的数据格式错误")
    param = _read_object(form["param"], {"company", "number", "from", "to", "key", "parameters"})
    if param.get("key") != world.couriers.kuaidi100_key:
        raise Problem(200, "601", "KEY已过期或不存在")
    carrier, number = _read_kuaidi100(param, "company", "number")
    more = param.get("parameters")
    if (
        not isinstance(more, dict)
        or set(more) - _PARAMETERS
        or not str(more.get("callbackurl", "")).startswith("http")
    ):
        raise Problem(200, "701", "拒绝订阅：回调地址错误")
    if refusal := world.ledger.behaviour()["subscription_refusal"]:
        raise Problem(200, "700", str(refusal))
    row = set_off(world, KUAIDI100, carrier.code, number)
    if row["url"]:
        raise Problem(200, "501", "重复订阅")
    subscribe(world, row, more["callbackurl"], str(more.get("salt", "")))
    return {"result": True, "returnCode": "200", "message": "提交成功"}


def _fits(given: bytes, signed: bytes) -> bool:
    return hmac.compare_digest(given, _md5(signed))


def _md5(signed: bytes) -> bytes:
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().upper().encode()


def _read_object(raw: bytes, allowed: set[str]) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or set(value) - allowed:
        raise Problem(200, "400", "param格式错误")
    return value


def _read_kuaidi100(param: Mapping[str, Any], company: str, name: str) -> tuple[Carrier, str]:
    carrier, number = BY_KUAIDI100.get(str(param.get(company))), param.get(name)
    if carrier is None or not isinstance(number, str) or not 6 <= len(number) <= 32:
        raise Problem(200, "700", "不支持的快递公司或单号")
    return carrier, number


def describe_for_kuaidi100(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """The whole history, newest first."""
    stops = list_stops(world, row)[::-1]
    return {
        "message": "ok",
        "nu": row["number"],
        "com": BY_CODE[row["courier"]].kuaidi100,
        "ischeck": "1" if stops and stops[0][1].kuaidi100 == "3" else "0",
        "status": "200",
        "state": stops[0][1].kuaidi100 if stops else "0",
        "condition": "",
        "data": [_describe_row(at, stop) for at, stop in stops],
    }


def _describe_row(at: str, stop: Stop) -> dict[str, str]:
    return {"time": at, "ftime": at, "context": stop.words, "status": stop.name, "location": stop.place}


def pump(world: World) -> None:
    """Push what has happened to every parcel, until the world ends; for a thread of its own."""
    while not world.stopping.wait(PUMP_SECONDS):
        push_due(world)


def push_due(world: World) -> list[int]:
    """Push each subscribed journey that has come further; the statuses that were answered, 0 for no answer."""
    statuses = []
    for row in world.ledger.find_all("SELECT * FROM journeys WHERE url <> ''"):
        reached = len(list_stops(world, row))  # type: ignore[arg-type]
        if reached > row["told"]:
            status = push(world, row)  # type: ignore[arg-type]
            statuses.append(status)
            if status == 200:
                world.ledger.write("UPDATE journeys SET told = ? WHERE id = ?", reached, row["id"])
    return statuses


def push(world: World, row: sqlite3.Row) -> int:
    """Push one journey as its provider does; the status, 0 for no answer."""
    body = write_kdniao_push(world, row) if row["provider"] == KDNIAO else write_kuaidi100_push(world, row)
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    try:
        return requests.post(row["url"], data=body, headers=headers, timeout=ANSWER_SECONDS).status_code
    except requests.RequestException:
        return 0


def write_kdniao_push(world: World, row: sqlite3.Row) -> bytes:
    known = world.couriers
    parcel = {"EBusinessID": known.kdniao_business_id, "OrderCode": "", "Success": True, "Reason": ""}
    push = {
        "EBusinessID": known.kdniao_business_id,
        "PushTime": _write_now(),
        "Count": "1",
        "Data": [parcel | describe_for_kdniao(world, row)],
    }
    text = json.dumps(push, ensure_ascii=False)
    sign = sign_kdniao(text.encode(), known.kdniao_api_key).decode()
    return urlencode({"RequestData": text, "RequestType": "101", "DataSign": sign}).encode()


def write_kuaidi100_push(world: World, row: sqlite3.Row) -> bytes:
    result = describe_for_kuaidi100(world, row)
    is_over = result["ischeck"] == "1"
    param = {
        "status": "shutdown" if is_over else "polling",
        "billstatus": "",
        "message": "",
        "lastResult": result,
    }
    text = json.dumps(param, ensure_ascii=False)
    sign = _md5(text.encode() + row["salt"].encode()).decode()
    return urlencode({"param": text, "sign": sign}).encode()


def _write_now() -> str:
    return datetime.fromtimestamp(now(), BEIJING).strftime("%Y-%m-%d %H:%M:%S")
