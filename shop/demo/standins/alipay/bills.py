"""Pretend Alipay: the bill of a day, a zip of two GBK files at an address that is good for half a minute.

Source: Alipay documents 查询对账单下载地址, 账单字段说明.
"""

import io
import re
import secrets
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shop.demo.standins.alipay.gate import BEIJING, refuse, write_time, write_yuan, wrong_value
from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Reply, Request
from shop.demo.standins.world import World

FILE_PATH = "/alipay/bill"
READY_HOUR, KEPT_DAYS, URL_SECONDS, FEE_PER_MILLE = 9, 90, 30, 6
COLUMNS = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "对方账户"),
    *("订单金额（元）", "商家实收（元）", "退款批次号/请求号", "服务费（元）", "分润（元）", "备注"),
)

Row = dict[str, Any]


def find_bill(
    world: World, request: Request, _fields: Mapping[str, str], content: dict[str, Any]
) -> dict[str, Any]:
    """Say where the bill of the payments and refunds of a day is."""
    if unknown := content.keys() - {"bill_type", "bill_date"}:
        raise wrong_value(sorted(unknown)[0])
    if content.get("bill_type") != "trade":
        raise wrong_value("bill_type")
    day, fault = _read_day(content.get("bill_date", "")), world.ledger.behaviour()["bill_fault"]
    here = datetime.fromtimestamp(now(), BEIJING)
    is_made = here.date() - day > timedelta(days=1) or here.hour >= READY_HOUR
    rows = _list_rows(world, day - timedelta(days=1) if fault == "other_day" else day)
    is_there = is_made or world.ledger.behaviour()["bills_at_once"]
    if fault in ("not_ready", "none") or not rows or not is_there:
        raise refuse("isp.bill_not_exist", "the bill does not exist")
    content_bytes = _pack(write_bill(world.alipay.mchid, day, rows), fault)
    token = secrets.token_urlsafe(24)
    made_at = now() - (2 * URL_SECONDS if fault == "expired_url" else 0)
    world.ledger.write("INSERT INTO bill_files VALUES (?, ?, ?)", token, content_bytes, made_at)
    host = request.headers.get("host", "127.0.0.1")
    return {"bill_download_url": f"http://{host}{FILE_PATH}?token={token}"}


def give_file(world: World, request: Request) -> Reply:
    """The archive, as long as its address is good."""
    token = request.query.get("token", "")
    row = world.ledger.find("SELECT * FROM bill_files WHERE token = ?", token)
    if row is None or now() > row["made_at"] + URL_SECONDS:
        return Reply(403, b"expired", "text/plain")
    return Reply(200, row["content"], "application/zip")


def _read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    today = datetime.fromtimestamp(now(), BEIJING).date()
    if day is None or not today - timedelta(days=KEPT_DAYS) <= day < today:
        raise wrong_value("bill_date")
    return day


def _list_rows(world: World, day: date) -> list[Row]:
    """Payments and refunds of a day, but for those that the ordered behaviour leaves out."""
    begin = datetime(day.year, day.month, day.day, tzinfo=BEIJING).timestamp()
    paid = world.ledger.find_all(
        "SELECT trade_no, number, amount_fen, paid_at AS at, '' AS refund_no FROM alipay_trades "
        "WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at",
        *(begin, begin + 86400),
    )
    back = world.ledger.find_all(
        "SELECT t.trade_no, t.number, r.amount_fen, r.created_at AS at, r.number AS refund_no FROM alipay_refunds r "
        "JOIN alipay_trades t ON t.number = r.trade_number WHERE r.created_at >= ? AND r.created_at < ? "
        "ORDER BY r.created_at",
        *(begin, begin + 86400),
    )
    behaviour = world.ledger.behaviour()
    rows = [
        row for row in [*paid, *back] if (row["refund_no"] or row["number"]) not in behaviour["bill_left_out"]
    ]
    return [row | behaviour["bill_changes"].get(row["refund_no"] or row["number"], {}) for row in rows]


def write_bill(account: str, day: date, rows: Sequence[Row]) -> str:
    """The text of a bill with the words before and after its rows."""
    back = [row for row in rows if row["refund_no"]]
    paid = [row for row in rows if not row["refund_no"]]
    rule = "-" * 40
    return "\r\n".join(
        (
            "#支付宝业务明细查询",
            f"#账号：[{account}]",
            f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day + timedelta(days=1):%Y年%m月%d日} 00:00:00]",
            f"#{rule}业务明细列表{rule}",
            ",".join(COLUMNS),
            *(_write_row(row) for row in rows),
            f"#{rule}业务明细列表结束{rule}",
            f"#交易合计：{len(paid)}笔，商家实收共{_sum(paid)}元，商家优惠共0.00元",
            f"#退款合计：{len(back)}笔，商家实收退款共-{_sum(back)}元，商家优惠退款共0.00元",
            f"#导出时间：[{day + timedelta(days=1):%Y年%m月%d日} 09:00:00]",
            "",
        )
    )


def _sum(rows: Sequence[Row]) -> str:
    return write_yuan(sum(row["amount_fen"] for row in rows))


def _write_row(row: Row) -> str:
    fen, time = row["amount_fen"], write_time(row["at"])
    fee = write_yuan((fen * FEE_PER_MILLE + 500) // 1000)
    sign, fee_sign = ("-", "") if row["refund_no"] else ("", "-")
    cells = {
        "支付宝交易号": row["trade_no"],
        "商户订单号": row["number"],
        "业务类型": "退款" if row["refund_no"] else "交易",
        "商品名称": "茶",
        "创建时间": time,
        "完成时间": time,
        "对方账户": "演示(dem***@example.com)",
        "订单金额（元）": f"{sign}{write_yuan(fen)}",
        "商家实收（元）": f"{sign}{write_yuan(fen)}",
        "退款批次号/请求号": row["refund_no"],
        "服务费（元）": f"{fee_sign}{fee}",
        "分润（元）": "0.00",
    }
    return ",".join(f"{cells.get(name, '')}\t" for name in COLUMNS)


def _pack(text: str, fault: str) -> bytes:
    """The archive, with the file of sums beside; a spoilt one as the ordered fault says."""
    rows = text.encode("gbk")
    if fault == "truncated":
        rows = rows[: len(rows) * 2 // 3]
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20880000_业务明细.csv", rows)
        archive.writestr("20880000_业务明细(汇总).csv", "#支付宝业务汇总查询\r\n".encode("gbk"))
    packed = into.getvalue()
    return packed[: len(packed) * 2 // 3] if fault == "broken_zip" else packed
