"""Pretend WeChat Pay: refunds, their query, and how they end.

Source: WeChat Pay documents 退款申请, 查询单笔退款. The refund number is the idempotency key, the sum of all
refunds stays within the payment, at most 50 of them, a minute apart, within 365 days.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

from shop.demo.standins import wire
from shop.demo.standins.ledger import make_fingerprint, now
from shop.demo.standins.wechat.notices import describe_refund, send_later
from shop.demo.standins.wechat.trades import write_time
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

MOST_REFUNDS = 50
LONGEST_SECONDS = 365 * 86400
NUMBER_PATTERN = r"[0-9A-Za-z_\-|*@]+"
ENDS = ("SUCCESS", "ABNORMAL", "CLOSED")
OUTCOMES = (*ENDS, "PROCESSING", "NOT_ENOUGH", "FREQUENCY_LIMITED")
REFUND_FIELDS = {
    *("transaction_id", "out_trade_no", "out_refund_no", "reason", "notify_url", "funds_account", "amount"),
    "goods_detail",
}


def create_refund(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """Take a refund in, or find it again by its number."""
    wanted = _read_refund(wire.read_object(request.body))
    with world.ledger.transaction():
        refund = world.ledger.find_refund(wanted["number"])
        if refund is not None:
            if refund["fingerprint"] != wanted["fingerprint"]:
                raise Problem(400, "INVALID_REQUEST", "the refund number was used with other parameters")
            return wire.reply_json(_describe(refund, refund["status"]))
        status = _insert_refund(world, wanted)
    if status != "PROCESSING":
        send_later(world, wanted["number"])
    # A refund that will fail is nevertheless accepted first.
    told = status if status == "SUCCESS" else "PROCESSING"
    return wire.reply_json(_describe(_get_refund(world, wanted["number"]), told))


def query_refund(world: World, _request: Request, found: Mapping[str, str]) -> Reply:
    """Tell what became of a refund number."""
    refund = _get_refund(world, found["number"])
    return wire.reply_json(_describe(refund, refund["status"]))


def settle_refund(world: World, number: str, status: str) -> None:
    """End a refund now and send its notify."""
    if status not in ENDS:
        raise wire.wrong_field("status")
    _get_refund(world, number)
    world.ledger.write(
        "UPDATE refunds SET status = ?, finished_at = ? WHERE number = ?", status, now(), number
    )
    send_later(world, number)


def _get_refund(world: World, number: str) -> sqlite3.Row:
    if (refund := world.ledger.find_refund(number)) is None:
        raise Problem(404, "RESOURCE_NOT_EXISTS", "no such refund")
    return refund


def _read_refund(body: dict[str, Any]) -> dict[str, Any]:
    wire.refuse_unknown(body, REFUND_FIELDS)
    if ("transaction_id" in body) == ("out_trade_no" in body):
        raise wire.wrong_field("transaction_id")
    by = "transaction_id" if "transaction_id" in body else "out_trade_no"
    if "reason" in body:
        wire.take_text(body, "reason", longest=80)
    amount = wire.take_object(body, "amount", {"refund", "total", "currency"})
    if amount.get("currency") != "CNY":
        raise wire.wrong_field("amount.currency")
    return {
        "number": wire.take_text(body, "out_refund_no", longest=64, pattern=NUMBER_PATTERN),
        "by": by,
        "trade": wire.take_text(body, by, longest=32),
        "amount_fen": wire.take_fen(amount, "refund"),
        "total_fen": wire.take_fen(amount, "total"),
        "notify_url": wire.take_notify_url(body) if "notify_url" in body else "",
        "fingerprint": make_fingerprint(body),
    }


def _insert_refund(world: World, wanted: dict[str, Any]) -> str:
    trade = _find_paid_trade(world, wanted)
    _check_limits(world, trade, wanted)
    outcome = _check_outcome(world)
    finished_at = now() if outcome in ENDS else None
    world.ledger.write(
        "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(wanted["number"], f"50{secrets.randbelow(10**27):027d}", trade["number"], wanted["amount_fen"]),
        *(wanted["fingerprint"], wanted["notify_url"], outcome, now(), finished_at, secrets.token_hex(16)),
    )
    return outcome


def _find_paid_trade(world: World, wanted: dict[str, Any]) -> sqlite3.Row:
    by_trade_no = "SELECT * FROM trades WHERE trade_no = ?"
    by_number = "SELECT * FROM trades WHERE number = ?"
    trade = world.ledger.find(by_trade_no if wanted["by"] == "transaction_id" else by_number, wanted["trade"])
    if trade is None:
        raise Problem(404, "RESOURCE_NOT_EXISTS", "no such payment")
    if trade["state"] != "SUCCESS":
        raise Problem(400, "INVALID_REQUEST", "the order is not paid")
    if wanted["total_fen"] != trade["amount_fen"]:
        raise Problem(400, "INVALID_REQUEST", "amount.total is not what was paid")
    if now() - trade["paid_at"] > LONGEST_SECONDS:
        raise Problem(400, "INVALID_REQUEST", "the payment is older than 365 days")
    return trade


def _check_limits(world: World, trade: sqlite3.Row, wanted: dict[str, Any]) -> None:
    earlier = world.ledger.find_all(
        "SELECT amount_fen, created_at FROM refunds WHERE trade_number = ? AND status != 'CLOSED'",
        trade["number"],
    )
    if sum(refund["amount_fen"] for refund in earlier) + wanted["amount_fen"] > trade["amount_fen"]:
        raise Problem(400, "INVALID_REQUEST", "the refunds would exceed the payment")
    if len(earlier) >= MOST_REFUNDS:
        raise Problem(400, "INVALID_REQUEST", "at most 50 refunds of one payment")
    interval = world.ledger.behaviour()["refund_interval_seconds"]
    if any(now() - refund["created_at"] < interval for refund in earlier):
        raise _too_often()


def _check_outcome(world: World) -> str:
    outcome = str(world.ledger.behaviour()["refund_outcome"])
    if outcome == "NOT_ENOUGH":
        raise Problem(403, "NOT_ENOUGH", "the merchant's balance does not suffice")
    if outcome == "FREQUENCY_LIMITED":
        raise _too_often()
    return outcome


def _too_often() -> Problem:
    return Problem(429, "FREQUENCY_LIMITED", "refunds of one payment must be a minute apart")


def _describe(refund: sqlite3.Row, status: str) -> dict[str, Any]:
    facts = describe_refund(dict(refund), status)
    facts["amount"] |= {"currency": "CNY"}
    return facts | {"channel": "ORIGINAL", "create_time": write_time(refund["created_at"]), "status": status}
