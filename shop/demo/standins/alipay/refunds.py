"""Pretend Alipay: refunds and their query.

Source: Alipay documents 交易退款, 交易退款查询. The request number is the idempotency key of one payment, the sum of
all refunds stays within it, and a repeat says that no money has moved.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from functools import partial
from typing import Any

from shop.demo.standins.alipay.gate import refuse, write_time, write_yuan, wrong_value
from shop.demo.standins.alipay.notices import send_later
from shop.demo.standins.alipay.trades import find_made, read_yuan, sum_refunds
from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Request
from shop.demo.standins.world import World

_NUMBERS = {"out_trade_no", "trade_no"}


def refund(
    world: World, _request: Request, _fields: Mapping[str, str], content: dict[str, Any]
) -> dict[str, Any]:
    """trade.refund, at once or not at all."""
    if unknown := content.keys() - _NUMBERS - {"refund_amount", "out_request_no", "refund_reason"}:
        raise wrong_value(sorted(unknown)[0])
    if refusal := world.ledger.behaviour()["alipay_refund_refusal"]:
        raise refuse(refusal, "refused")
    fen, number = read_yuan(content.get("refund_amount", "")), content.get("out_request_no", "")
    if not number:
        raise wrong_value("out_request_no")
    with world.ledger.transaction():
        trade = find_made(world, _only_numbers(content), _NUMBERS)
        has_moved = _give_back(world, trade, number, fen)
        total_fen = sum_refunds(world, trade["number"])
    if has_moved:
        send_later(world, number)
    return {
        "out_trade_no": trade["number"],
        "trade_no": trade["trade_no"],
        "fund_change": "Y" if has_moved else "N",
        "refund_fee": write_yuan(total_fen),
    }


def _give_back(world: World, trade: sqlite3.Row, number: str, fen: int) -> bool:
    """Whether money has moved now."""
    if trade["state"] != "TRADE_SUCCESS":
        raise refuse("ACQ.TRADE_STATUS_ERROR", "nothing was paid")
    known = find_refund(world, trade["number"], number)
    if known is not None:
        if known["amount_fen"] != fen:
            raise refuse("ACQ.DISCORDANT_REPEAT_REQUEST", "the number was used for another sum")
        return False
    if sum_refunds(world, trade["number"]) + fen > trade["amount_fen"]:
        raise refuse("ACQ.REASON_TRADE_REFUND_FEE_ERR", "more than was paid")
    world.ledger.write(
        "INSERT INTO alipay_refunds VALUES (?, ?, ?, ?, ?)",
        *(number, trade["number"], fen, now(), secrets.token_hex(17)),
    )
    return True


def query_refund(
    world: World, _request: Request, _fields: Mapping[str, str], content: dict[str, Any]
) -> dict[str, Any]:
    """trade.fastpay.refund.query; of a refund that was not made nothing is said."""
    if unknown := content.keys() - _NUMBERS - {"out_request_no"}:
        raise wrong_value(sorted(unknown)[0])
    trade = find_made(world, _only_numbers(content), _NUMBERS)
    known = find_refund(world, trade["number"], content.get("out_request_no", ""))
    if known is None:
        return {}
    return {
        "out_trade_no": trade["number"],
        "trade_no": trade["trade_no"],
        "out_request_no": known["number"],
        "refund_status": "REFUND_SUCCESS",
        "total_amount": write_yuan(trade["amount_fen"]),
        "refund_amount": write_yuan(known["amount_fen"]),
        "gmt_refund_pay": write_time(known["created_at"]),
    }


def _only_numbers(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name in _NUMBERS}


def find_refund(world: World, trade_number: str, number: str) -> sqlite3.Row | None:
    find = partial(world.ledger.find, "SELECT * FROM alipay_refunds WHERE trade_number = ? AND number = ?")
    return find(trade_number, number)
