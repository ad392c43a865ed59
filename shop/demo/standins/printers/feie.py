"""Pretend 飞鹅: print, whether an order was printed, how a printer is.

Source: 飞鹅 API documentation. Its numbers and texts of refusals could not be had; any negative `ret` is one.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping

from shop.demo.standins.couriers.envelope import read_any_form
from shop.demo.standins.ledger import now
from shop.demo.standins.printers.journal import Receipt, is_on_paper, take_receipt
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

PROVIDER = "feie"
PATH = "/Api/Open/"
ENVELOPE = {"user", "stime", "sig", "apiname"}
LONGEST_BYTES, MOST_TIMES, DAY_SECONDS = 5000, 10, 86400
CLOCK_SECONDS = 600
PAIRS = ("CB", "B", "C", "L", "W", "QR", "BOLD", "RIGHT")
SINGLE = ("BR", "CUT", "LOGO", "PLUGIN")
_TAG = re.compile(r"<(/?)([^<>]*)>")
STATES = {
    "online": "在线，工作状态正常。",
    "silent": "在线，工作状态正常。",
    "offline": "离线。",
    "no_paper": "在线，工作状态不正常。",
}
Fields = Mapping[str, str]


def answer_feie(world: World, request: Request) -> Reply:
    """Carry out one call, or refuse it in the vendor's shape."""
    try:
        handle, fields = _open(world, request)
        with world.ledger.transaction():
            data = handle(world, fields)
        return reply_json({"msg": "ok", "ret": 0, "data": data, "serverExecutedTime": 5})
    except Problem as problem:
        refusal = {"msg": problem.message, "ret": int(problem.code), "data": None, "serverExecutedTime": 1}
        return reply_json(refusal)


def _open(world: World, request: Request) -> tuple["Handler", Fields]:
    form = read_any_form(request)
    if form is None or not form.keys() >= ENVELOPE:
        raise Problem(200, "-1", "参数错误 : 请求头错误。")
    known = world.printers
    signed = f"{known.feie_user}{known.feie_ukey}{form['stime']}".encode()
    expected = hashlib.sha1(signed, usedforsecurity=False).digest().hex()
    if form["user"] != known.feie_user or not hmac.compare_digest(form["sig"], expected):
        raise Problem(200, "-2", "参数错误 : 签名验证失败。")
    if not re.fullmatch(r"[0-9]{10}", form["stime"]) or abs(now() - int(form["stime"])) > CLOCK_SECONDS:
        raise Problem(200, "-2", "参数错误 : 时间戳错误。")
    wanted = CALLS.get(form["apiname"])
    if wanted is None:
        raise Problem(200, "-3", "参数错误 : 接口名称错误。")
    handle, names = wanted
    fields = {name: value for name, value in form.items() if name not in ENVELOPE}
    if fields.keys() != names:
        raise Problem(200, "-4", "参数错误 : 参数不完整。")
    return handle, fields


def print_receipt(world: World, fields: Fields) -> str:
    """Open_printMsg."""
    _check_sn(world, fields)
    times, expires_at = fields["times"], fields["expired"]
    if not times.isdecimal() or not 1 <= int(times) <= MOST_TIMES:
        raise Problem(200, "-5", "参数错误 : times错误。")
    if not expires_at.isdecimal() or not 0 < int(expires_at) - now() <= DAY_SECONDS:
        raise Problem(200, "-5", "参数错误 : expired错误。")
    _check_content(fields["content"])
    kept = Receipt(PROVIDER, fields["sn"], fields["content"], int(times), "", float(expires_at))
    return take_receipt(world, kept)


def _check_content(content: str) -> None:
    if not content or len(content.encode()) > LONGEST_BYTES:
        raise Problem(200, "-5", "参数错误 : 打印内容为空或超过5000字节。")
    opened: list[str] = []
    for is_end, name in _TAG.findall(content):
        if is_end and (not opened or opened.pop() != name):
            raise Problem(200, "-5", "参数错误 : 标签不成对。")
        if not is_end and name in PAIRS:
            opened.append(name)
        elif not is_end and name not in SINGLE:
            raise Problem(200, "-5", "参数错误 : 标签错误。")
    if opened or set("<>") & set(_TAG.sub("", content)):
        raise Problem(200, "-5", "参数错误 : 标签不成对。")


def tell_order(world: World, fields: Fields) -> bool:
    """Open_queryOrderState."""
    said = is_on_paper(world, PROVIDER, fields["orderid"])
    if said is None:
        raise Problem(200, "-6", "订单不存在。")
    return said


def tell_printer(world: World, fields: Fields) -> str:
    """Open_queryPrinterStatus."""
    _check_sn(world, fields)
    return STATES[world.ledger.behaviour()["printer_state"]]


def _check_sn(world: World, fields: Fields) -> None:
    if fields["sn"] != world.printers.feie_sn:
        raise Problem(200, "-7", "打印机编号和用户不匹配。")


Handler = Callable[[World, Fields], object]
CALLS: dict[str, tuple[Handler, set[str]]] = {
    "Open_printMsg": (print_receipt, {"sn", "content", "times", "expired"}),
    "Open_queryOrderState": (tell_order, {"orderid"}),
    "Open_queryPrinterStatus": (tell_printer, {"sn"}),
}
