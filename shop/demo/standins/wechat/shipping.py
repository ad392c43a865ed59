"""Pretend 发货信息管理: what was shipped for each payment, strictly checked, and what became of its money.

Source: WeChat documents uploadShippingInfo, getOrder, getOrderList, notifyConfirmReceive, isTradeManaged,
getDeliveryList. UNSURE: that a payment may be corrected once only after all of it was shipped; the code for a phone
that is missing or not masked; that only couriers of the list are taken.
"""

import json
import sqlite3
from collections.abc import Mapping
from itertools import islice
from typing import Any

from shop.demo.standins.ledger import now
from shop.demo.standins.wechat.mini import check_token, refuse_call
from shop.demo.standins.wechat.uploads import COMPANIES, read_upload
from shop.demo.standins.wire import Problem, Reply, Request, read_object, reply_json, wrong_field
from shop.demo.standins.world import World

TO_SHIP, SHIPPED, RECEIVED, DONE, REFUNDED, SETTLING = 1, 2, 3, 4, 5, 6
_OK = {"errcode": 0, "errmsg": "ok"}
_QUESTION = {"transaction_id", "merchant_id", "merchant_trade_no"}
_LISTING = {"pay_time_range", "order_state", "openid", "last_index", "page_size"}


def upload_shipping(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """uploadShippingInfo: all fields by the documents, each payment corrected at most once when it was shipped."""
    body = _open(world, request)
    if refusal := world.ledger.behaviour()["shipping_refusal"]:
        raise refuse_call(int(refusal), "refused")
    upload = read_upload(body)
    with world.ledger.transaction():
        trade = _find_fresh(world, upload.key)
        if trade["openid"] != upload.openid:
            raise refuse_call(10060031, "openid mismatch")
        _write(world, trade, upload.content, upload.moment, is_finished=upload.is_finished)
    return reply_json(_OK)


def _write(
    world: World, trade: sqlite3.Row, content: dict[str, Any], moment: float, *, is_finished: bool
) -> None:
    row = _find_shipment(world, trade)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    corrections = row["corrections"] + row["is_finished"] if row else 0
    if _tell_state(world, trade) not in (TO_SHIP, SHIPPED):
        raise refuse_call(10060002, "order finished")
    if row and (row["content"], row["is_finished"]) == (text, int(is_finished)):
        raise refuse_call(10060023, "nothing changed")
    if row and moment <= row["moment"]:
        raise refuse_call(268485216, "upload_time invalid")
    if corrections > 1:
        raise refuse_call(10060003, "re-ship chance used")
    world.ledger.write(
        "INSERT OR REPLACE INTO shipments VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(trade["trade_no"], text, moment, int(is_finished), corrections),
        *(SHIPPED if is_finished else TO_SHIP, row["reminded_at"] if row else None),
    )


def show_order(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """getOrder."""
    body = _open(world, request)
    if body.keys() - _QUESTION:
        raise refuse_call(10060014, "unknown parameter")
    trade = _find_fresh(world, body)
    return reply_json(_OK | {"order": _describe(world, trade)})


def list_orders(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """getOrderList: the payments of one state, the oldest first, by pages of at most 100."""
    body = _open(world, request)
    size, state, span = body.get("page_size", 100), body.get("order_state"), body.get("pay_time_range") or {}
    if body.keys() - _LISTING or not isinstance(size, int) or not 1 <= size <= 100:
        raise refuse_call(10060014, "parameter error")
    if not str(body.get("last_index", "0")).isdigit():
        raise refuse_call(10060011, "last_index invalid")
    rows = world.ledger.find_all(
        "SELECT rowid, * FROM trades WHERE state = 'SUCCESS' AND rowid > ? AND paid_at BETWEEN ? AND ? ORDER BY rowid",
        *(int(body.get("last_index", "0")), span.get("begin_time", 0), span.get("end_time", now())),
    )
    fits = (row for row in rows if state in (None, _tell_state(world, row)))
    fitting = list(islice(fits, size + 1))
    found = [_describe(world, row) for row in fitting[:size]]
    last = fitting[: len(found)][-1]["rowid"] if found else 0
    page = {"order_list": found, "last_index": str(last), "has_more": len(fitting) > size}
    return reply_json(_OK | page)


def remind_buyer(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """notifyConfirmReceive: once for each payment that was shipped."""
    body = _open(world, request)
    trade = _find_fresh(world, body)
    received = body.get("received_time")
    row = _find_shipment(world, trade)
    if row is None or _tell_state(world, trade) != SHIPPED:
        raise refuse_call(10060028, "not shipped")
    if not isinstance(received, int) or not 1_000_000_000 < received <= now() + 60:
        raise refuse_call(10060029, "received_time invalid")
    if row["reminded_at"]:
        raise refuse_call(10060030, "reminder used")
    world.ledger.write("UPDATE shipments SET reminded_at = ? WHERE trade_no = ?", now(), trade["trade_no"])
    return reply_json(_OK)


def tell_managed(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """isTradeManaged."""
    body = _open(world, request)
    if body.get("appid") != world.credentials.appid:
        raise refuse_call(40097, "invalid args")
    return reply_json(_OK | {"is_trade_managed": world.ledger.behaviour()["is_trade_managed"]})


def list_companies(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """getDeliveryList."""
    _open(world, request)
    rows = [{"delivery_id": key, "delivery_name": name} for key, name in COMPANIES.items()]
    return reply_json(_OK | {"count": len(rows), "delivery_list": rows})


def set_state(world: World, number: str, state: int) -> None:
    """Let a shipped payment go on: received, done, settling."""
    if state not in range(1, 7):
        raise wrong_field("state")
    trade = world.ledger.find("SELECT * FROM trades WHERE number = ?", number)
    touched = trade and world.ledger.write(
        "UPDATE shipments SET state = ? WHERE trade_no = ?", state, trade["trade_no"]
    )
    if not touched:
        raise Problem(404, "RESOURCE_NOT_EXISTS", "no such shipped trade")


def _open(world: World, request: Request) -> dict[str, Any]:
    check_token(world, request.query.get("access_token", ""))
    if request.headers.get("content-type") != "application/json":
        raise refuse_call(47001, "data format error")
    return read_object(request.body)


def _find_fresh(world: World, key: Mapping[str, Any]) -> sqlite3.Row:
    """The paid trade; one that was only just paid is not known here yet."""
    trade = _find_trade(world, key)
    fresh = float(world.ledger.behaviour()["shipping_fresh_seconds"])
    if trade is None or trade["state"] != "SUCCESS" or now() - trade["paid_at"] < fresh:
        raise refuse_call(10060001, "pay order not found")
    return trade


def _find_trade(world: World, key: Mapping[str, Any]) -> sqlite3.Row | None:
    if key.get("transaction_id"):
        return world.ledger.find("SELECT * FROM trades WHERE trade_no = ?", key["transaction_id"])
    if key.get("merchant_id") != world.credentials.mchid:
        return None
    return world.ledger.find("SELECT * FROM trades WHERE number = ?", key.get("merchant_trade_no"))


def _find_shipment(world: World, trade: Mapping[str, Any] | sqlite3.Row) -> sqlite3.Row | None:
    return world.ledger.find("SELECT * FROM shipments WHERE trade_no = ?", trade["trade_no"])


def _tell_state(world: World, trade: Mapping[str, Any] | sqlite3.Row) -> int:
    query = "SELECT coalesce(sum(amount_fen), 0) AS fen FROM refunds WHERE trade_number = ? AND status = 'SUCCESS'"
    refunded = world.ledger.find(query, trade["number"])
    if refunded and refunded["fen"] >= trade["amount_fen"]:
        return REFUNDED
    row = _find_shipment(world, trade)
    return int(row["state"]) if row else TO_SHIP


def _describe(world: World, trade: Mapping[str, Any] | sqlite3.Row) -> dict[str, Any]:
    row = _find_shipment(world, trade)
    shipping = json.loads(row["content"]) | {"finish_shipping": bool(row["is_finished"])} if row else {}
    return {
        "transaction_id": trade["trade_no"],
        "merchant_id": world.credentials.mchid,
        "merchant_trade_no": trade["number"],
        "openid": trade["openid"],
        "paid_amount": trade["amount_fen"],
        "order_state": _tell_state(world, trade),
        "in_complaint": False,
        "shipping": shipping,
    }
