"""The routes under `/_demo/`: what a buyer's phone does, and what a test orders or looks at."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shop.demo.standins import wire
from shop.demo.standins.alipay import notices as alipay_notices
from shop.demo.standins.alipay import trades as alipay_trades
from shop.demo.standins.faults import KINDS, Fault
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from shop.demo.standins.printers.journal import PRINTER_STATES
from shop.demo.standins.robots.groups import ROBOT_REFUSALS
from shop.demo.standins.wechat.bills import BILL_FAULTS
from shop.demo.standins.wechat.mini import make_code
from shop.demo.standins.wechat.notices import send_later, send_now
from shop.demo.standins.wechat.refunds import OUTCOMES, settle_refund
from shop.demo.standins.wechat.shipping import set_state
from shop.demo.standins.wechat.signatures import is_signed_by, join_lines
from shop.demo.standins.wechat.trades import pay_h5, pay_trade, scan_code
from shop.demo.standins.wechat.web import make_web_code
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

PHONE_PATTERN = r"1\d{10}"
PAY_FIELDS = {"timeStamp", "nonceStr", "package", "signType", "paySign", "openid"}


def make_login_code(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """`wx.login` of the buyer {openid}."""
    return {"code": make_code(world, "login", wire.take_text(body, "openid", longest=128))}


def make_phone_code(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The phone button of a buyer with the number {phone}."""
    return {
        "code": make_code(world, "phone", wire.take_text(body, "phone", longest=11, pattern=PHONE_PATTERN))
    }


def make_page_code(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A page of the service account opened in the WeChat of {openid}, who may have a {unionid}."""
    openid = wire.take_text(body, "openid", longest=64, pattern=r"\S+")
    return {"code": make_web_code(world, openid, str(body.get("unionid", "")))}


def pay(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """`wx.requestPayment` confirmed by the buyer: the five client parameters and {openid}."""
    wire.refuse_unknown(body, PAY_FIELDS)
    values = {name: wire.take_text(body, name, longest=512) for name in PAY_FIELDS}
    lines = (world.credentials.appid, values["timeStamp"], values["nonceStr"], values["package"])
    message = join_lines(*(line.encode() for line in lines))
    if values["signType"] != "RSA" or not is_signed_by(world.merchant_key, message, values["paySign"]):
        raise Problem(400, "SIGN_ERROR", "paySign does not fit")
    name, _, prepay_id = values["package"].partition("=")
    if name != "prepay_id":
        raise wire.wrong_field("package")
    number = pay_trade(world, prepay_id, values["openid"])
    send_later(world, number)
    return {"state": "SUCCESS", "number": number}


def scan(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Anybody, {openid}, scans the code {code_url} with WeChat and confirms."""
    wire.refuse_unknown(body, {"code_url", "openid"})
    number = scan_code(
        world, wire.take_text(body, "code_url", longest=512), wire.take_text(body, "openid", longest=128)
    )
    send_later(world, number)
    return {"state": "SUCCESS", "number": number}


def confirm_h5(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Whoever was led to the page {h5_url}, {openid}, confirms there."""
    wire.refuse_unknown(body, {"h5_url", "openid"})
    query = dict(parse_qsl(urlsplit(wire.take_text(body, "h5_url", longest=512)).query))
    number = pay_h5(world, query.get("prepay_id", ""), wire.take_text(body, "openid", longest=128))
    send_later(world, number)
    return {"state": "SUCCESS", "number": number}


def pay_by_alipay(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A code or link, {url}, opened in Alipay and confirmed."""
    number = open_by_alipay(world, body)["number"]
    alipay_trades.pay(world, number)
    alipay_notices.send_later(world, number)
    return {"state": "TRADE_SUCCESS", "number": number}


def open_by_alipay(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A code or link, {url}, opened in Alipay, where nobody confirms yet."""
    wire.refuse_unknown(body, {"url"})
    parts = urlsplit(wire.take_text(body, "url", longest=4000))
    try:
        number = alipay_trades.open_url(world, f"{parts.path}?{parts.query}" if parts.query else parts.path)
    except Problem as problem:
        raise Problem(400, problem.code, problem.message) from problem
    return {"number": number}


def add_fault(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Trouble for the next {times} calls below {path_prefix}; an empty object forgets all ordered faults."""
    if not body:
        world.faults.clear()
        return {}
    kind = body.get("kind")
    if kind not in KINDS:
        raise wire.wrong_field("kind")
    prefix = wire.take_text(body, "path_prefix", longest=200, pattern=r"/.*")
    world.faults.add(Fault(prefix, kind, int(body.get("times", 1)), float(body.get("seconds", 0))))
    return {}


def send_notices(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Send notifies of one {mode} about {number} now, {times} of them, perhaps to another {url}."""
    wire.refuse_unknown(body, {"number", "mode", "times", "url"})
    number, mode = wire.take_text(body, "number", longest=64), wire.take_text(body, "mode", longest=40)
    send = alipay_notices.send_now if alipay_notices.is_known(world, number) else send_now
    return {"statuses": send(world, number, mode, int(body.get("times", 0)), str(body.get("url", "")))}


def change_behaviour(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Change how the services behave from now on; {revoke_tokens: true} makes all tokens invalid at once."""
    if body.pop("revoke_tokens", False):
        world.ledger.write("UPDATE tokens SET token = ?, expires_at = 0", secrets.token_hex(32))
    wire.refuse_unknown(body, set(DEFAULT_BEHAVIOUR))
    if body.get("refund_outcome", "SUCCESS") not in OUTCOMES:
        raise wire.wrong_field("refund_outcome")
    if body.get("printer_state", "online") not in PRINTER_STATES:
        raise wire.wrong_field("printer_state")
    if body.get("robot_refusal", "") not in ROBOT_REFUSALS:
        raise wire.wrong_field("robot_refusal")
    if body.get("bill_fault", "") not in BILL_FAULTS:
        raise wire.wrong_field("bill_fault")
    world.ledger.set_behaviour(body)
    return world.ledger.behaviour()


def settle(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """End the refund {number} as {status} and notify."""
    settle_refund(
        world, wire.take_text(body, "number", longest=64), wire.take_text(body, "status", longest=20)
    )
    return {}


def move_shipment(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Let the shipped payment {number} go on to {state}, as getOrder has it."""
    set_state(world, wire.take_text(body, "number", longest=64), int(body.get("state", 0)))
    return {}


def show_state(world: World, request: Request) -> Reply:
    """All that was made (or what belongs to one `?number=`), calls received, notifies answered."""
    number = request.query.get("number", "")
    ledger = world.ledger
    calls: dict[str, dict[str, int]] = {}
    for row in ledger.find_all("SELECT * FROM calls WHERE ? IN ('', number)", number):
        calls.setdefault(row["number"], {})[row["what"]] = row["times"]
    notices: dict[str, list[int]] = {}
    for row in ledger.find_all("SELECT * FROM notices WHERE ? IN ('', number) ORDER BY rowid", number):
        notices.setdefault(row["number"], []).append(row["status"])
    state = {
        "trades": ledger.find_all("SELECT * FROM trades WHERE ? IN ('', number)", number),
        "refunds": ledger.find_all("SELECT * FROM refunds WHERE ? IN ('', number, trade_number)", number),
        "alipay_trades": ledger.find_all("SELECT * FROM alipay_trades WHERE ? IN ('', number)", number),
        "alipay_refunds": ledger.find_all(
            "SELECT * FROM alipay_refunds WHERE ? IN ('', number, trade_number)", number
        ),
        "waybills": ledger.find_all("SELECT * FROM waybills WHERE ? IN ('', code, number)", number),
        "collections": ledger.find_all("SELECT * FROM collections WHERE ? IN ('', code, number)", number),
        "journeys": ledger.find_all("SELECT * FROM journeys WHERE ? IN ('', number)", number),
        "prints": ledger.find_all(
            "SELECT * FROM prints WHERE ? = '' OR instr(content, ?) ORDER BY id", *[number] * 2
        ),
        "messages": ledger.find_all(
            "SELECT * FROM messages WHERE ? = '' OR instr(content, ?) ORDER BY id", *[number] * 2
        ),
        "robot_posts": ledger.find_all(
            "SELECT * FROM robot_posts WHERE ? = '' OR instr(content, ?) ORDER BY id", *[number] * 2
        ),
        "shipments": ledger.find_all(
            "SELECT s.* FROM shipments s JOIN trades t USING (trade_no) WHERE ? IN ('', t.number)", number
        ),
        "calls": calls,
        "notices": notices,
        "behaviour": ledger.behaviour(),
    }
    return wire.reply_json(state)


COMMANDS: Mapping[str, Callable[[World, dict[str, Any]], dict[str, Any]]] = {
    "/_demo/login-codes": make_login_code,
    "/_demo/phone-codes": make_phone_code,
    "/_demo/web-codes": make_page_code,
    "/_demo/pay": pay,
    "/_demo/scan": scan,
    "/_demo/confirm-h5": confirm_h5,
    "/_demo/alipay-open": open_by_alipay,
    "/_demo/alipay-pay": pay_by_alipay,
    "/_demo/faults": add_fault,
    "/_demo/notices": send_notices,
    "/_demo/behaviour": change_behaviour,
    "/_demo/settle-refund": settle,
    "/_demo/shipments": move_shipment,
}


def answer_control(world: World, request: Request) -> Reply:
    """Carry out one demo route."""
    try:
        if request.method == "GET" and request.path == "/_demo/state":
            return show_state(world, request)
        command = COMMANDS.get(request.path)
        if command is None or request.method != "POST":
            raise Problem(404, "NOT_FOUND", "no such demo route")
        return wire.reply_json(command(world, wire.read_object(request.body)))
    except Problem as problem:
        return problem.as_reply()
    except (TypeError, ValueError):
        return wire.wrong_field("body").as_reply()
