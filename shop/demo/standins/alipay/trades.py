"""Pretend Alipay: codes and links, the payments that are made by opening them, their query and closing.

Until somebody opens its code a payment is announced only: no query knows of it, and it cannot be closed.
Source: Alipay documents 统一收单线下交易预创建, 手机网站支付, 交易查询, 交易关闭.
"""

import re
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from shop.demo.standins import wire
from shop.demo.standins.alipay.gate import (
    BEIJING,
    PATH,
    TIME_FORMAT,
    read_call,
    refuse,
    write_time,
    write_yuan,
    wrong_value,
)
from shop.demo.standins.ledger import make_alipay_trade_no, make_fingerprint, now
from shop.demo.standins.wire import Problem, Request
from shop.demo.standins.world import World

NUMBER_PATTERN = r"[0-9A-Za-z_\-]{1,64}"
YUAN_PATTERN = r"(0|[1-9][0-9]{0,8})\.[0-9]{2}"
CODE_PATH = "/alipay/qr/"
ORDER_FIELDS = {"out_trade_no", "total_amount", "subject", "seller_id", "time_expire", "product_code"}


def announce(
    world: World, request: Request, fields: Mapping[str, str], content: dict[str, Any]
) -> dict[str, Any]:
    """precreate: the code of a number, the same until it is opened."""
    order = _read_order(world, fields, content)
    with world.ledger.transaction():
        trade = find_trade(world, order["number"])
        if trade is None:
            code = secrets.token_urlsafe(12)
            _insert(world, order, code)
        else:
            _check_reuse(trade, order)
            code = trade["code"]
            world.ledger.write(
                "UPDATE alipay_trades SET amount_fen = ?, fingerprint = ?, notify_url = ?, expires_at = ? "
                "WHERE number = ?",
                *(
                    order["amount_fen"],
                    order["fingerprint"],
                    order["notify_url"],
                    order["expires_at"],
                    order["number"],
                ),
            )
    host = request.headers.get("host", "127.0.0.1")
    return {"out_trade_no": order["number"], "qr_code": f"http://{host}{CODE_PATH}{code}"}


def query(
    world: World, _request: Request, _fields: Mapping[str, str], content: dict[str, Any]
) -> dict[str, Any]:
    """trade.query, by our number or by Alipay's."""
    return describe_trade(world, dict(find_made(world, content, {"out_trade_no", "trade_no"})))


def close(
    world: World, _request: Request, _fields: Mapping[str, str], content: dict[str, Any]
) -> dict[str, Any]:
    """trade.close of one that waits for its buyer."""
    with world.ledger.transaction():
        trade = find_made(world, content, {"out_trade_no", "trade_no"})
        if trade["state"] == "TRADE_CLOSED":
            raise refuse("ACQ.TRADE_HAS_CLOSE", "the payment is closed")
        if trade["state"] != "WAIT_BUYER_PAY":
            raise refuse("ACQ.TRADE_STATUS_ERROR", "the payment is paid")
        world.ledger.write(
            "UPDATE alipay_trades SET state = 'TRADE_CLOSED' WHERE number = ?", trade["number"]
        )
    return {"out_trade_no": trade["number"], "trade_no": trade["trade_no"]}


def open_url(world: World, target: str) -> str:
    """What the buyer's app does with a code or a link: the payment is made. Returns its number."""
    parts = urlsplit(target)
    with world.ledger.transaction():
        if parts.path == PATH:
            return _open_link(world, parts.query)
        code = parts.path.removeprefix(CODE_PATH)
        trade = world.ledger.find("SELECT * FROM alipay_trades WHERE code = ?", code)
        if trade is None:
            raise Problem(400, "INVALID_REQUEST", "nothing is paid by this code")
        _make(world, trade)
        return str(trade["number"])


def _open_link(world: World, text: str) -> str:
    fields, content = read_call(world, text.encode())
    if fields["method"] != "alipay.trade.wap.pay" or content.get("product_code") != "QUICK_WAP_WAY":
        raise wrong_value("method")
    order = _read_order(world, fields, content)
    trade = find_trade(world, order["number"])
    if trade is None:
        _insert(world, order, secrets.token_urlsafe(12))
        trade = find_trade(world, order["number"])
    elif trade["state"] != "ANNOUNCED" and trade["fingerprint"] != order["fingerprint"]:
        raise refuse("ACQ.CONTEXT_INCONSISTENT", "the number was used with other parameters")
    if trade is not None:
        _make(world, trade)
    return str(order["number"])


def pay(world: World, number: str) -> None:
    """The buyer confirms a payment that was made, or is refused as the app would."""
    with world.ledger.transaction():
        trade = find_trade(world, number)
        if trade is None or trade["state"] not in ("WAIT_BUYER_PAY", "TRADE_SUCCESS"):
            raise Problem(400, "TRADE_CLOSED", "the payment is closed or has lapsed")
        if trade["state"] == "TRADE_SUCCESS":
            raise Problem(400, "ORDERPAID", "the payment is paid")
        world.ledger.write(
            "UPDATE alipay_trades SET state = 'TRADE_SUCCESS', paid_at = ? WHERE number = ?", now(), number
        )


def _make(world: World, trade: sqlite3.Row) -> None:
    state = trade["state"]
    if now() > trade["expires_at"] and state in ("ANNOUNCED", "WAIT_BUYER_PAY"):
        state = "TRADE_CLOSED" if state == "WAIT_BUYER_PAY" else state
        world.ledger.write("UPDATE alipay_trades SET state = ? WHERE number = ?", state, trade["number"])
        return
    if state == "ANNOUNCED":
        world.ledger.write(
            "UPDATE alipay_trades SET state = 'WAIT_BUYER_PAY', trade_no = ? WHERE number = ?",
            *(make_alipay_trade_no(trade["number"]), trade["number"]),
        )


def find_trade(world: World, number: str) -> sqlite3.Row | None:
    return world.ledger.find("SELECT * FROM alipay_trades WHERE number = ?", number)


def find_made(world: World, content: dict[str, Any], names: set[str]) -> sqlite3.Row:
    """The payment that a call is about, by one of the numbers it may have; refused where none was made."""
    if not content or content.keys() - names:
        raise wrong_value("biz_content")
    trade = None
    if "trade_no" in content:
        trade = world.ledger.find("SELECT * FROM alipay_trades WHERE trade_no = ?", content["trade_no"])
    elif "out_trade_no" in content:
        trade = find_trade(world, content["out_trade_no"])
    if trade is None or trade["state"] == "ANNOUNCED":
        raise refuse("ACQ.TRADE_NOT_EXIST", "no such payment")
    if trade["state"] == "WAIT_BUYER_PAY" and now() > trade["expires_at"]:
        world.ledger.write(
            "UPDATE alipay_trades SET state = 'TRADE_CLOSED' WHERE number = ?", trade["number"]
        )
        trade = find_trade(world, trade["number"]) or trade
    return trade


def describe_trade(world: World, trade: Mapping[str, Any]) -> dict[str, Any]:
    """A payment as an answer tells it; one that was refunded in full is closed, with the time at which it was paid."""
    facts = {
        "out_trade_no": trade["number"],
        "trade_no": trade["trade_no"],
        "buyer_logon_id": "dem***@example.com",
        "trade_status": tell_state(world, trade),
        "total_amount": write_yuan(trade["amount_fen"]),
    }
    return facts | ({"send_pay_date": write_time(trade["paid_at"])} if trade["paid_at"] else {})


def tell_state(world: World, trade: Mapping[str, Any]) -> str:
    is_back = trade["state"] == "TRADE_SUCCESS" and sum_refunds(world, trade["number"]) >= trade["amount_fen"]
    return "TRADE_CLOSED" if is_back else str(trade["state"])


def sum_refunds(world: World, number: str) -> int:
    """What has gone back of a payment."""
    row = world.ledger.find(
        "SELECT sum(amount_fen) AS fen FROM alipay_refunds WHERE trade_number = ?", number
    )
    return int(row["fen"] or 0) if row else 0


def read_yuan(text: str) -> int:
    if not re.fullmatch(YUAN_PATTERN, text) or text == "0.00":
        raise wrong_value("amount")
    return int(text.replace(".", ""))


def _read_order(world: World, fields: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    if unknown := content.keys() - ORDER_FIELDS:
        raise wrong_value(sorted(unknown)[0])
    subject = wire.take_text(content, "subject", longest=256)
    if set("/=&") & set(subject):
        raise wrong_value("subject")
    if content.get("seller_id") != world.alipay.mchid:
        raise refuse("ACQ.PARTNER_ERROR", "the app does not collect for this seller")
    number = wire.take_text(content, "out_trade_no", longest=64, pattern=NUMBER_PATTERN)
    same = {name: value for name, value in content.items() if name != "product_code"}
    return {
        "number": number,
        "amount_fen": read_yuan(content.get("total_amount", "")),
        "expires_at": _read_expiry(content.get("time_expire", "")),
        "notify_url": wire.take_notify_url(fields),
        "fingerprint": make_fingerprint(same),
    }


def _read_expiry(text: str) -> float:
    try:
        return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=BEIJING).timestamp()
    except ValueError:
        raise wrong_value("time_expire") from None


def _check_reuse(trade: sqlite3.Row, order: Mapping[str, Any]) -> None:
    if trade["state"] == "TRADE_SUCCESS":
        raise refuse("ACQ.TRADE_HAS_SUCCESS", "the payment is paid")
    if trade["state"] == "TRADE_CLOSED":
        raise refuse("ACQ.TRADE_HAS_CLOSE", "the payment is closed")
    if trade["state"] != "ANNOUNCED" and trade["fingerprint"] != order["fingerprint"]:
        raise refuse("ACQ.CONTEXT_INCONSISTENT", "the number was used with other parameters")


def _insert(world: World, order: Mapping[str, Any], code: str) -> None:
    world.ledger.write(
        "INSERT INTO alipay_trades VALUES (?, NULL, ?, ?, ?, ?, 'ANNOUNCED', ?, NULL, ?)",
        *(order["number"], code, order["amount_fen"], order["fingerprint"], order["notify_url"]),
        *(order["expires_at"], secrets.token_hex(17)),
    )
