"""Pretend 易联云: the token, print, whether an order was printed, how a printer is.

Source: 易联云 open platform. Its numbers of refusals and states could not be had; these are its SDKs' as far as known.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from uuid import UUID

from shop.demo.standins.couriers.envelope import read_any_form
from shop.demo.standins.ledger import now
from shop.demo.standins.printers.journal import Receipt, find_by_code, is_on_paper, take_receipt
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

PROVIDER = "yilianyun"
BASE = "/v2/"
ENVELOPE = {"client_id", "timestamp", "sign", "id"}
KNOWN = {"access_token", "machine_code"}
CLOCK_SECONDS = 600
STATES = {"offline": "0", "online": "1", "silent": "1", "no_paper": "2"}
_COPIES = re.compile(r"<MN>([1-9])</MN>")
_PAIRS = re.compile(r"<(FS2|FB|center)>([^<>]*)</\1>")
Fields = Mapping[str, str]


def answer_yilianyun(world: World, request: Request) -> Reply:
    """Carry out one call, or refuse it in the vendor's shape."""
    try:
        handle, fields = _open(world, request)
        with world.ledger.transaction():
            body = handle(world, fields)
        return reply_json({"error": "0", "error_description": "success", "body": body})
    except Problem as problem:
        return reply_json({"error": problem.code, "error_description": problem.message})


def _open(world: World, request: Request) -> tuple["Handler", Fields]:
    form, wanted = read_any_form(request), CALLS.get(request.path.removeprefix(BASE))
    if form is None or wanted is None or not form.keys() >= ENVELOPE:
        raise Problem(200, "1", "参数错误")
    known = world.printers
    text = f"{known.yilianyun_client_id}{form['timestamp']}{known.yilianyun_client_secret}".encode()
    expected = hashlib.md5(text, usedforsecurity=False).digest().hex()
    if form["client_id"] != known.yilianyun_client_id or not hmac.compare_digest(form["sign"], expected):
        raise Problem(200, "4", "签名错误")
    if not form["timestamp"].isdecimal() or abs(now() - int(form["timestamp"])) > CLOCK_SECONDS:
        raise Problem(200, "5", "时间戳超时")
    if not _is_uuid4(form["id"]):
        raise Problem(200, "1", "参数错误：id")
    handle, names = wanted
    fields = {name: value for name, value in form.items() if name not in ENVELOPE}
    if fields.keys() != names:
        raise Problem(200, "1", "参数错误")
    if "access_token" in names:
        _check_known(world, fields)
    return handle, fields


def _is_uuid4(text: str) -> bool:
    try:
        return UUID(text).version == 4 and str(UUID(text)) == text
    except ValueError:
        return False


def _check_known(world: World, fields: Fields) -> None:
    if not hmac.compare_digest(fields["access_token"], world.printers.yilianyun_token):
        raise Problem(200, "18", "access_token过期或错误")
    if fields["machine_code"] != world.printers.yilianyun_machine:
        raise Problem(200, "8", "打印机信息错误，参数有误")


def give_token(world: World, fields: Fields) -> dict[str, object]:
    """/oauth/oauth for an own application, whose token does not lapse."""
    if (fields["grant_type"], fields["scope"]) != ("client_credentials", "all"):
        raise Problem(200, "1", "参数错误")
    return {"access_token": world.printers.yilianyun_token, "refresh_token": "none", "expires_in": 2592000}


def print_receipt(world: World, fields: Fields) -> dict[str, object]:
    """/print/index: an `origin_id` is taken once."""
    code, content = fields["origin_id"], fields["content"]
    if not re.fullmatch(r"[0-9A-Za-z]{1,32}", code) or fields["idempotence"] not in "01":
        raise Problem(200, "1", "参数错误：origin_id")
    copies = _COPIES.match(content)
    rest = content[copies.end() :] if copies else content
    # A pair may stand inside another one.
    if not rest.strip() or set("<>") & set(_PAIRS.sub(r"\2", _PAIRS.sub(r"\2", rest))):
        raise Problem(200, "1", "参数错误：content")
    if fields["idempotence"] == "1" and find_by_code(world, PROVIDER, code):
        raise Problem(200, "33", "origin_id重复")
    times = int(copies[1]) if copies else 1
    reference = take_receipt(world, Receipt(PROVIDER, fields["machine_code"], content, times, code))
    return {"id": reference, "origin_id": code}


def tell_order(world: World, fields: Fields) -> dict[str, object]:
    """/printer/getorderstatus."""
    said = is_on_paper(world, PROVIDER, fields["order_id"])
    if said is None:
        raise Problem(200, "1", "订单不存在")
    return {"status": "1" if said else "0"}


def tell_printer(world: World, _fields: Fields) -> dict[str, object]:
    """/printer/getprintstatus."""
    return {"state": STATES[world.ledger.behaviour()["printer_state"]]}


Handler = Callable[[World, Fields], dict[str, object]]
CALLS: dict[str, tuple[Handler, set[str]]] = {
    "oauth/oauth": (give_token, {"grant_type", "scope"}),
    "print/index": (print_receipt, KNOWN | {"content", "origin_id", "idempotence"}),
    "printer/getorderstatus": (tell_order, KNOWN | {"order_id"}),
    "printer/getprintstatus": (tell_printer, KNOWN),
}
