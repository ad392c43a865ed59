"""Pretend 快递100: waybills by label/order (V2), taking them back, and printing their labels again.

Source: 快递100 documents 电子面单下单V2, 电子面单参数. A wrong envelope is refused with `result` and `returnCode`, a
wrong order with `success` and `code`.
"""

import hmac
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from shop.demo.standins.couriers.envelope import read_form, sign_kuaidi100
from shop.demo.standins.couriers.journal import (
    Parcel,
    find_number,
    find_order,
    find_waybill,
    issue_waybill,
    void_waybill,
)
from shop.demo.standins.couriers.kuaidi100_rules import check_partner, read_order
from shop.demo.standins.couriers.picture import draw_picture
from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

PROVIDER = "kuaidi100"
ORDER_PATH, LABEL_PATH = "/label/order", "/label/files/"
FORM_FIELDS = ("method", "key", "t", "param", "sign")
CANCEL_FIELDS = {
    *("partnerId", "partnerKey", "net", "checkMan", "code", "kuaidicom", "kuaidinum", "orderId", "reason"),
}
REMEMBERED_SECONDS = 48 * 3600
"""So long the same orderId with `reorder` false gives the same waybill."""


class BadEnvelope(Problem):
    """A refusal before the order was looked at."""


def answer_kuaidi100(world: World, request: Request) -> Reply:
    """Carry out one call, or refuse it in the vendor's shape; labels are shown to whoever has their address."""
    if request.method == "GET" and request.path.startswith(LABEL_PATH):
        return _show_label(world, request.path.removeprefix(LABEL_PATH))
    try:
        handle, param = _open(world, request)
        with world.ledger.transaction():
            data = handle(world, request, param)
        return reply_json({"success": True, "code": 200, "message": "success", "data": data})
    except BadEnvelope as problem:
        return reply_json({"result": False, "returnCode": problem.code, "message": problem.message})
    except Problem as problem:
        return reply_json({"success": False, "code": int(problem.code), "message": problem.message})


def _open(world: World, request: Request) -> tuple["Handler", dict[str, Any]]:
    form, known = read_form(request, FORM_FIELDS), world.couriers
    if form is None or request.path != ORDER_PATH:
        raise BadEnvelope(200, "400", "提交的数据不完整")
    if form["key"] != known.kuaidi100_key.encode():
        raise BadEnvelope(200, "601", "key不存在或已过期")
    expected = sign_kuaidi100(form["param"], form["t"], known.kuaidi100_key, known.kuaidi100_secret)
    if not hmac.compare_digest(form["sign"], expected):
        raise BadEnvelope(200, "503", "验证签名失败")
    handle = METHODS.get(form["method"].decode("ascii", "replace"))
    if handle is None or len(form["t"]) != 13 or not form["t"].isdigit():
        raise BadEnvelope(200, "400", "method或t错误")
    return handle, _read_param(form["param"])


def _read_param(raw: bytes) -> dict[str, Any]:
    try:
        param = json.loads(raw.decode())
    except (ValueError, RecursionError):
        param = None
    if not isinstance(param, dict):
        raise BadEnvelope(200, "400", "param格式错误")
    return param


def issue(world: World, request: Request, param: dict[str, Any]) -> dict[str, Any]:
    """Method order: a new waybill, unless this orderId has one and is not to be ordered again."""
    order, behaviour = read_order(param), world.ledger.behaviour()
    row = find_waybill(world, PROVIDER, order.code) if order.code and not order.is_reorder else None
    if row is not None and now() - row["made_at"] < REMEMBERED_SECONDS:
        return _describe(request, row)
    if behaviour["waybill_refusal"]:
        raise Problem(200, "400", str(behaviour["waybill_refusal"]))
    row = issue_waybill(world, Parcel(PROVIDER, order.code, order.carrier, order.label))
    return _describe(request, row)


def void(world: World, _request: Request, param: dict[str, Any]) -> dict[str, Any]:
    """Method cancel: take a waybill back, once."""
    carrier = check_partner(param, CANCEL_FIELDS)
    row = find_number(world, PROVIDER, str(param.get("kuaidinum")))
    if row is None or (row["courier"], row["provider_order"]) != (carrier.code, param.get("orderId")):
        raise Problem(200, "201", "订单不存在")
    if row["voided_at"]:
        raise Problem(200, "201", "订单已取消")
    void_waybill(world, row)
    return {}


def print_again(world: World, request: Request, param: dict[str, Any]) -> dict[str, Any]:
    """Method printOld: the label of a task once more."""
    row = find_order(world, str(param.get("taskId")))
    if row is None:
        raise Problem(200, "201", "任务不存在")
    return _describe(request, row)


def _describe(request: Request, row: sqlite3.Row) -> dict[str, Any]:
    label = f"http://{request.headers.get('host', '')}{LABEL_PATH}{row['provider_order']}"
    return {
        "kuaidinum": row["number"],
        "childNum": "",
        "returnNum": "",
        "label": label,
        "taskId": row["provider_order"],
        "bulkpen": row["route_mark"],
        "kdComOrderNum": row["provider_order"],
    }


def _show_label(world: World, order: str) -> Reply:
    row = find_order(world, order)
    if row is None:
        return Reply(404, b"", "text/html; charset=utf-8")
    return Reply(200, draw_picture(row["label"], row["number"]), "image/png")


Handler = Callable[[World, Request, dict[str, Any]], dict[str, Any]]
METHODS: dict[str, Handler] = {"order": issue, "cancel": void, "printOld": print_again}
