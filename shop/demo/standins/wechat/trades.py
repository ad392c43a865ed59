"""Pretend WeChat Pay: JSAPI, Native and H5 orders, their query and closing, and what a buyer's payment does to them.

Of a Native order the column `prepay_id` holds what its code says; of it and of an H5 order `openid` is nobody until
somebody has paid. Source: WeChat Pay documents JSAPI下单, Native下单, H5下单, 查单, 关单, 支付通知.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

from shop.demo.standins import wire
from shop.demo.standins.ledger import make_fingerprint, make_trade_no, now
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

BEIJING = timezone(timedelta(hours=8))
PREPAY_SECONDS = 2 * 3600
NUMBER_PATTERN = r"[0-9A-Za-z_\-|*]{6,32}"
RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)"
ORDER_FIELDS = {
    *("appid", "mchid", "description", "out_trade_no", "time_expire", "attach", "notify_url", "goods_tag"),
    *("support_fapiao", "amount", "payer", "detail", "scene_info", "settle_info"),
}
CODE_START = "weixin://wxpay/bizpayurl?pr="
H5_START = "mweb"
H5_PATH = "/h5/checkmweb"


def create_order(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """Make a payment, or find it again: same number and parameters, same prepay_id."""
    body = wire.read_object(request.body)
    wire.refuse_unknown(body, ORDER_FIELDS)
    openid = _read_payer(world, body)
    return wire.reply_json({"prepay_id": _make_or_find(world, body, openid, _make_prepay_id())})


def create_native(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """The same for whoever scans the code that is answered: a payer is refused."""
    body = wire.read_object(request.body)
    wire.refuse_unknown(body, ORDER_FIELDS - {"payer"})
    return wire.reply_json({"code_url": _make_or_find(world, body, "", _make_code())})


def create_h5(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """The same for a phone's browser: who pays is unknown, and from which address and kind of page is asked for."""
    body = wire.read_object(request.body)
    wire.refuse_unknown(body, ORDER_FIELDS - {"payer"})
    _check_scene(wire.take_object(body, "scene_info", {"payer_client_ip", "device_id", "h5_info"}))
    name = _make_or_find(world, body, "", f"{H5_START}{_make_prepay_id()}")
    package = secrets.randbelow(1 << 32)
    query = urlencode({"prepay_id": name, "package": package})
    return wire.reply_json({"h5_url": f"http://{request.headers.get('host', '')}{H5_PATH}?{query}"})


def _check_scene(scene: dict[str, Any]) -> None:
    try:
        ip_address(wire.take_text(scene, "payer_client_ip", longest=45))
    except ValueError:
        raise wire.wrong_field("scene_info.payer_client_ip") from None
    h5_info = wire.take_object(scene, "h5_info", {"type", "app_name", "app_url", "bundle_id", "package_name"})
    wire.take_text(h5_info, "type", longest=32, pattern=r"iOS|Android|Wap")


def _make_or_find(world: World, body: dict[str, Any], openid: str, name: str) -> str:
    """`name` as what the phone needs, or the code says, of a new order; else that of the one with this number."""
    order = _read_order(world, body) | {"openid": openid}
    with world.ledger.transaction():
        trade = _find_by_number(world, order["number"])
        if trade is None:
            return _insert_trade(world, order, name)
        return _reuse_trade(world, trade, order["fingerprint"], name)


def query_by_number(world: World, request: Request, found: Mapping[str, str]) -> Reply:
    """Tell what became of our number."""
    return _answer_query(world, request, _find_by_number(world, found["number"]))


def query_by_trade_no(world: World, request: Request, found: Mapping[str, str]) -> Reply:
    """Tell what became of the gateway's number."""
    trade = world.ledger.find("SELECT * FROM trades WHERE trade_no = ?", found["trade_no"])
    return _answer_query(world, request, trade)


def close_order(world: World, request: Request, found: Mapping[str, str]) -> Reply:
    """Close an unpaid payment: 204 without a body, also when it is closed already."""
    body = wire.read_object(request.body)
    wire.refuse_unknown(body, {"mchid"})
    _check_mchid(world, body.get("mchid"))
    with world.ledger.transaction():
        trade = _known(_find_by_number(world, found["number"]))
        if trade["state"] == "SUCCESS":
            raise Problem(400, "ORDERPAID", "the order is paid")
        world.ledger.write("UPDATE trades SET state = 'CLOSED' WHERE number = ?", trade["number"])
    return Reply(204)


def pay_trade(world: World, prepay_id: str, openid: str) -> str:
    """What happens when the buyer confirms on the phone; return the number, or refuse as the phone would."""
    with world.ledger.transaction():
        trade = world.ledger.find("SELECT * FROM trades WHERE prepay_id = ?", prepay_id)
        if trade is None or trade["openid"] != openid:
            raise Problem(400, "INVALID_REQUEST", "no such prepay_id for this buyer")
        return _take_money(world, trade, openid)


def scan_code(world: World, code_url: str, openid: str) -> str:
    """What happens when anybody scans a code and confirms; return the number, or refuse as the phone would."""
    if not code_url.startswith(CODE_START):
        raise wire.wrong_field("code_url")
    return _pay_unnamed(world, code_url, openid)


def pay_h5(world: World, prepay_id: str, openid: str) -> str:
    """What happens when whoever was led to WeChat confirms there; return the number, or refuse as WeChat would."""
    if not prepay_id.startswith(H5_START):
        raise wire.wrong_field("prepay_id")
    return _pay_unnamed(world, prepay_id, openid)


def _pay_unnamed(world: World, name: str, openid: str) -> str:
    with world.ledger.transaction():
        trade = world.ledger.find("SELECT * FROM trades WHERE prepay_id = ?", name)
        if trade is None:
            raise Problem(400, "INVALID_REQUEST", "nothing is paid by this code")
        return _take_money(world, trade, openid)


def _take_money(world: World, trade: sqlite3.Row, openid: str) -> str:
    if trade["state"] == "SUCCESS":
        raise Problem(400, "ORDERPAID", "the order is paid")
    lapses_at = min(trade["expires_at"], trade["prepay_at"] + PREPAY_SECONDS)
    if trade["state"] != "NOTPAY" or now() > lapses_at:
        raise Problem(400, "ORDER_CLOSED", "the order is closed or has lapsed")
    world.ledger.write(
        "UPDATE trades SET state = 'SUCCESS', trade_no = ?, paid_at = ?, openid = ? WHERE number = ?",
        *(make_trade_no(trade["number"]), now(), openid, trade["number"]),
    )
    return str(trade["number"])


def describe_trade(world: World, trade: Mapping[str, Any], *, state: str | None = None) -> dict[str, Any]:
    """The transaction as the gateway tells it in queries and notifies."""
    state = state or _tell_state(world, trade)
    fen = trade["amount_fen"]
    facts: dict[str, Any] = {
        "appid": world.credentials.appid,
        "mchid": world.credentials.mchid,
        "out_trade_no": trade["number"],
        "trade_state": state,
        "trade_state_desc": state.lower(),
        "trade_type": _name_type(str(trade["prepay_id"])),
        "promotion_detail": [],
        # Who stands before an unpaid code nobody knows; a notify that is false may name anybody.
        "payer": {"openid": trade["openid"] or ("unknown" if state in {"SUCCESS", "REFUND"} else "")},
        "amount": {"total": fen, "payer_total": fen, "currency": "CNY", "payer_currency": "CNY"},
    }
    if state in {"SUCCESS", "REFUND"}:
        paid = {"transaction_id": trade["trade_no"] or make_trade_no(trade["number"]), "bank_type": "OTHERS"}
        facts |= paid | {"success_time": write_time(trade["paid_at"] or now()), "attach": ""}
    return facts


def _name_type(prepay_id: str) -> str:
    if prepay_id.startswith(CODE_START):
        return "NATIVE"
    return "MWEB" if prepay_id.startswith(H5_START) else "JSAPI"


def write_time(moment: float) -> str:
    """RFC 3339 in Beijing time."""
    return datetime.fromtimestamp(moment, BEIJING).isoformat(timespec="seconds")


def _find_by_number(world: World, number: str) -> sqlite3.Row | None:
    return world.ledger.find("SELECT * FROM trades WHERE number = ?", number)


def _read_order(world: World, body: dict[str, Any]) -> dict[str, Any]:
    if (body.get("appid"), body.get("mchid")) != (world.credentials.appid, world.credentials.mchid):
        raise Problem(400, "APPID_MCHID_NOT_MATCH", "appid and mchid do not belong together")
    wire.take_text(body, "description", longest=127)
    if "attach" in body:
        wire.take_text(body, "attach", longest=128)
    amount = wire.take_object(body, "amount", {"total", "currency"})
    if amount.get("currency", "CNY") != "CNY":
        raise wire.wrong_field("amount.currency")
    return {
        "number": wire.take_text(body, "out_trade_no", longest=32, pattern=NUMBER_PATTERN),
        "amount_fen": wire.take_fen(amount, "total"),
        "expires_at": _read_expiry(body),
        "notify_url": wire.take_notify_url(body),
        "fingerprint": make_fingerprint(body),
    }


def _read_payer(world: World, body: dict[str, Any]) -> str:
    openid = wire.take_text(wire.take_object(body, "payer", {"openid"}), "openid", longest=128)
    if world.ledger.find("SELECT 1 FROM buyers WHERE openid = ?", openid) is None:
        raise wire.wrong_field("payer.openid")
    return openid


def _read_expiry(body: dict[str, Any]) -> float:
    """When the payment lapses: 1 minute to 90 days from now, 7 days if not said."""
    if "time_expire" not in body:
        return now() + 7 * 86400
    text = wire.take_text(body, "time_expire", longest=64, pattern=RFC_3339)
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise wire.wrong_field("time_expire") from None


def _check_expiry(expires_at: float) -> None:
    # The text is cut to whole seconds, so a full minute may look up to a second shorter.
    if not now() + 59 <= expires_at <= now() + 90 * 86400:
        raise wire.wrong_field("time_expire")


def _insert_trade(world: World, order: dict[str, Any], name: str) -> str:
    _check_expiry(order["expires_at"])
    world.ledger.write(
        "INSERT INTO trades VALUES (?, NULL, ?, ?, ?, ?, ?, 'NOTPAY', ?, ?, NULL, ?)",
        *(order["number"], name, order["openid"], order["amount_fen"], order["fingerprint"]),
        *(order["notify_url"], now(), order["expires_at"], secrets.token_hex(16)),
    )
    return name


def _reuse_trade(world: World, trade: sqlite3.Row, fingerprint: str, name: str) -> str:
    if trade["state"] == "SUCCESS":
        raise Problem(400, "ORDERPAID", "the order is paid")
    if trade["state"] == "CLOSED":
        raise Problem(400, "ORDER_CLOSED", "the order is closed")
    if trade["fingerprint"] != fingerprint:
        raise Problem(403, "OUT_TRADE_NO_USED", "the number was used with other parameters")
    if now() < trade["prepay_at"] + PREPAY_SECONDS:
        return str(trade["prepay_id"])
    world.ledger.write(
        "UPDATE trades SET prepay_id = ?, prepay_at = ? WHERE number = ?", name, now(), trade["number"]
    )
    return name


def _make_prepay_id() -> str:
    return f"wx{datetime.now(BEIJING):%d%H%M%S}{secrets.token_hex(12)}"


def _make_code() -> str:
    return f"{CODE_START}{secrets.token_urlsafe(7)}"


def _answer_query(world: World, request: Request, trade: sqlite3.Row | None) -> Reply:
    _check_mchid(world, request.query.get("mchid"))
    return wire.reply_json(describe_trade(world, dict(_known(trade))))


def _known(trade: sqlite3.Row | None) -> sqlite3.Row:
    if trade is None:
        raise Problem(404, "ORDER_NOT_EXIST", "no such order")
    return trade


def _check_mchid(world: World, mchid: object) -> None:
    if mchid != world.credentials.mchid:
        raise wire.wrong_field("mchid")


def _tell_state(world: World, trade: Mapping[str, Any]) -> str:
    if trade["state"] != "SUCCESS":
        return str(trade["state"])
    refunded = world.ledger.find(
        "SELECT 1 FROM refunds WHERE trade_number = ? AND status IN ('SUCCESS', 'PROCESSING')",
        trade["number"],
    )
    return "REFUND" if refunded else "SUCCESS"
