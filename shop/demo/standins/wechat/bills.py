"""Pretend WeChat Pay: the bills of a day, made from what it remembers, and the files that they are fetched as.

Every morning it pays out what the day before has left, so that the balance of a day is what the day brought.
Source: WeChat Pay documents 申请交易账单, 申请资金账单, 下载账单.
"""

import gzip
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shop.demo.standins import wire
from shop.demo.standins.ledger import now
from shop.demo.standins.wechat.trades import BEIJING
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

FILE_PATH = "/v3/billdownload/file"
READY_HOUR = 9
KEPT_DAYS = 90
FEE_PER_MILLE = 6
TRADE_COLUMNS = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识"),
    *("交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号"),
    *("商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包"),
    *("手续费", "费率", "订单金额", "申请退款金额", "费率备注"),
)
TRADE_TOTALS = (
    *("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额"),
    *("订单总金额", "申请退款总金额"),
)
FUND_COLUMNS = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型"),
    *("收支金额（元）", "账户结余（元）", "资金变更提交申请人", "备注", "业务凭证号"),
)
FUND_TOTALS = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
BILL_FAULTS = (
    *("", "not_ready", "none", "truncated", "wrong_hash", "other_day"),
    *("broken_zip", "expired_url"),
)
"""The last two are trouble of Alipay's alone, which has no digest to be wrong."""

Row = dict[str, Any]


def find_trade_bill(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """Say where the bill of the payments and refunds of a day is."""
    if request.query.get("bill_type", "ALL") != "ALL":
        raise wire.wrong_field("bill_type")
    day = _read_day(world, request)
    rows = _list_trades(world, day)
    if not rows:
        raise _no_bill()
    return _offer(world, request, write_trade_bill(world, rows))


def find_fund_bill(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """Say where the bill of what moved on the basic account is."""
    if request.query.get("account_type", "BASIC") != "BASIC":
        raise wire.wrong_field("account_type")
    day = _read_day(world, request)
    lines = list_funds(_list_trades(world, day - timedelta(days=1)), _list_trades(world, day), day)
    if not lines:
        raise _no_bill()
    return _offer(world, request, write_fund_bill(lines))


def give_file(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """The file itself, which nobody signs."""
    row = world.ledger.find("SELECT content FROM bill_files WHERE token = ?", request.query.get("token", ""))
    if row is None:
        raise Problem(404, "RESOURCE_NOT_EXISTS", "no such file")
    return Reply(200, row["content"], "application/octet-stream")


def _read_day(world: World, request: Request) -> date:
    wire.refuse_unknown(request.query, {"bill_date", "bill_type", "account_type", "tar_type"})
    text = request.query.get("bill_date", "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text) or request.query.get("tar_type", "GZIP") != "GZIP":
        raise wire.wrong_field("bill_date")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise wire.wrong_field("bill_date") from None
    here, fault = datetime.fromtimestamp(now(), BEIJING), world.ledger.behaviour()["bill_fault"]
    if day >= here.date() or day < here.date() - timedelta(days=KEPT_DAYS):
        raise wire.wrong_field("bill_date")
    is_made = here.date() - day > timedelta(days=1) or here.hour >= READY_HOUR
    if fault == "not_ready" or not (is_made or world.ledger.behaviour()["bills_at_once"]):
        raise Problem(400, "STATEMENT_CREATING", "the bill is being made")
    if fault == "none":
        raise _no_bill()
    return day


def _no_bill() -> Problem:
    return Problem(400, "NO_STATEMENT_EXIST", "there is no bill of this day")


def _offer(world: World, request: Request, text: str) -> Reply:
    """Keep the file and say where it is; a spoilt one as the ordered fault says."""
    fault, content = world.ledger.behaviour()["bill_fault"], text.encode()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if fault == "truncated":
        content = content[: len(content) * 2 // 3]
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if fault == "wrong_hash":
        digest = hashlib.sha1(content + b" ", usedforsecurity=False).hexdigest()
    packed = gzip.compress(content) if request.query.get("tar_type") else content
    token = secrets.token_urlsafe(24)
    world.ledger.write("INSERT INTO bill_files VALUES (?, ?, ?)", token, packed, now())
    url = f"http://{request.headers.get('host', 'localhost')}{FILE_PATH}?token={token}"
    return wire.reply_json({"hash_type": "SHA1", "hash_value": digest, "download_url": url})


def _list_trades(world: World, day: date) -> list[Row]:
    """Payments and refunds of a day, as the ordered behaviour changes them."""
    behaviour = world.ledger.behaviour()
    shown = day - timedelta(days=1) if behaviour["bill_fault"] == "other_day" else day
    begin = datetime(shown.year, shown.month, shown.day, tzinfo=BEIJING).timestamp()
    paid = world.ledger.find_all(
        "SELECT * FROM trades WHERE trade_no IS NOT NULL AND paid_at >= ? AND paid_at < ? ORDER BY paid_at",
        *(begin, begin + 86400),
    )
    back = world.ledger.find_all(
        "SELECT r.*, t.trade_no, t.openid, t.amount_fen AS total_fen FROM refunds r JOIN trades t ON "
        "t.number = r.trade_number WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at",
        *(begin, begin + 86400),
    )
    rows = [_pay_row(row) for row in paid] + [_refund_row(row) for row in back]
    rows += [row for row in behaviour["bill_extra"] if row["day"] == f"{day:%Y-%m-%d}"]
    rows = [row for row in rows if (row.get("refund_no") or row["number"]) not in behaviour["bill_left_out"]]
    for row in rows:
        changed = behaviour["bill_changes"].get(row.get("refund_no") or row["number"], {})
        row.update(changed)
    return rows


def _pay_row(row: Row) -> Row:
    return {name: row[name] for name in ("trade_no", "number", "openid", "amount_fen")} | {
        "at": row["paid_at"]
    }


def _refund_row(row: Row) -> Row:
    state = {"ABNORMAL": "FAIL", "CLOSED": "FAIL"}.get(row["status"], row["status"])
    return {
        "trade_no": row["trade_no"],
        "number": row["trade_number"],
        "openid": row["openid"],
        "refund_no": row["number"],
        "refund_id": row["refund_id"],
        "amount_fen": row["amount_fen"],
        "state": state,
        "at": row["created_at"],
    }


def _fee_fen(row: Row) -> int:
    return (int(row["amount_fen"]) * FEE_PER_MILLE + 500) // 1000


def write_trade_bill(world: World, rows: Sequence[Row]) -> str:
    """The text of a bill with its totals."""
    made = [_write_trade(world, row) for row in rows]
    paid, back = (sum(row[name] for row in made) for name in ("paid", "back"))
    fee = sum(row["fee"] for row in made)
    totals = [str(len(made)), _yuan(paid), _yuan(back), "0.00", _yuan(fee, 5), _yuan(paid), _yuan(back)]
    return _join(TRADE_COLUMNS, [row["cells"] for row in made], TRADE_TOTALS, totals)


def _write_trade(world: World, row: Row) -> dict[str, Any]:
    is_back = "refund_no" in row
    paid, back = (0, row["amount_fen"]) if is_back else (row["amount_fen"], 0)
    fee = -_fee_fen(row) if is_back else _fee_fen(row)
    state = "REFUND" if is_back else row.get("state", "SUCCESS")
    cells = {
        "交易时间": f"{datetime.fromtimestamp(row['at'], BEIJING):%Y-%m-%d %H:%M:%S}",
        "公众账号ID": world.credentials.appid,
        "商户号": world.credentials.mchid,
        "特约商户号": "0",
        "微信订单号": row["trade_no"],
        "商户订单号": row["number"],
        "用户标识": row.get("openid", ""),
        "交易类型": "JSAPI",
        "交易状态": state,
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "应结订单金额": _yuan(paid),
        "代金券金额": "0.00",
        "微信退款单号": row.get("refund_id", "0"),
        "商户退款单号": row.get("refund_no", "0"),
        "退款金额": _yuan(back),
        "充值券退款金额": "0.00",
        "退款类型": "ORIGINAL" if is_back else "",
        "退款状态": row.get("state", "SUCCESS") if is_back else "",
        "商品名称": "茶，两罐",
        "手续费": _yuan(fee, 5),
        "费率": "0.60%",
        "订单金额": _yuan(paid),
        "申请退款金额": _yuan(back),
    }
    return {"paid": paid, "back": back, "fee": fee, "cells": [cells.get(name, "") for name in TRADE_COLUMNS]}


def list_funds(before: Sequence[Row], rows: Sequence[Row], day: date) -> list[list[str]]:
    """What moved on the account: first what the day before has left goes out."""
    balance = sum(_net_fen(row) for row in before)
    moves = [("提现", "自动提现", -balance, f"{day:%Y%m%d}W")] if balance > 0 else []
    balance = balance if moves else max(balance, 0)
    for row in sorted(rows, key=lambda row: row["at"]):
        sign = -1 if "refund_no" in row else 1
        number = row.get("refund_id") or row["trade_no"]
        moves.append(
            ("退款" if sign < 0 else "交易", "退款" if sign < 0 else "交易", sign * row["amount_fen"], number)
        )
        if fee := _fee_fen(row):
            moves.append(("扣除交易手续费", "扣除交易手续费", -sign * fee, number))
    lines = []
    for place, (name, kind, fen, number) in enumerate(moves):
        balance += fen
        way = "收入" if fen > 0 else "支出"
        head = (f"{day:%Y-%m-%d} 08:00:00", number, f"{day:%Y%m%d}{place:08d}", name, kind, way)
        lines.append([*head, _yuan(abs(fen)), _yuan(balance), "system", "", number])
    return lines


def _net_fen(row: Row) -> int:
    sign = -1 if "refund_no" in row else 1
    return sign * (int(row["amount_fen"]) - _fee_fen(row))


def write_fund_bill(lines: Sequence[Sequence[str]]) -> str:
    """The text of a bill of the account with its totals."""
    amounts: dict[str, list[int]] = {"收入": [], "支出": []}
    for line in lines:
        amounts[line[5]].append(int(line[6].replace(".", "")))
    came, went = amounts["收入"], amounts["支出"]
    totals = [str(len(lines)), str(len(came)), _yuan(sum(came)), str(len(went)), _yuan(sum(went))]
    return _join(FUND_COLUMNS, lines, FUND_TOTALS, totals)


def _join(
    columns: Sequence[str], rows: Iterable[Sequence[str]], names: Sequence[str], totals: Sequence[str]
) -> str:
    """A line for each row, every value behind a backtick; BOM and line ends as the platform writes them."""
    lines = [",".join(columns), *(_write_line(row) for row in rows), ",".join(names), _write_line(totals)]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def _write_line(cells: Sequence[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _yuan(fen: int, decimals: int = 2) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}{'0' * (decimals - 2)}"
