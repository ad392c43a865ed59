"""Which handler answers which call, with the faults and signatures around it."""

import json
import re
from collections.abc import Callable, Mapping

from shop.demo.standins.alipay import service as alipay
from shop.demo.standins.alipay.gate import spoil_sign
from shop.demo.standins.control import answer_control
from shop.demo.standins.couriers import kdniao, tracking
from shop.demo.standins.couriers.counting import name_call
from shop.demo.standins.couriers.kdniao import answer_kdniao
from shop.demo.standins.couriers.kuaidi100 import answer_kuaidi100
from shop.demo.standins.faults import WITHOUT_WORK, Fault, spoil, spoil_signature
from shop.demo.standins.printers import feie, yilianyun
from shop.demo.standins.printers.feie import answer_feie
from shop.demo.standins.printers.yilianyun import answer_yilianyun
from shop.demo.standins.robots.groups import answer_robot, is_robot
from shop.demo.standins.wechat.bills import FILE_PATH, find_fund_bill, find_trade_bill, give_file
from shop.demo.standins.wechat.gate import check_caller, sign_reply
from shop.demo.standins.wechat.h5 import answer_h5
from shop.demo.standins.wechat.messages import list_templates, send_message
from shop.demo.standins.wechat.mini import exchange_login_code, exchange_phone_code, give_token
from shop.demo.standins.wechat.refunds import create_refund, query_refund
from shop.demo.standins.wechat.shipping import (
    list_companies,
    list_orders,
    remind_buyer,
    show_order,
    tell_managed,
    upload_shipping,
)
from shop.demo.standins.wechat.trades import (
    H5_PATH,
    close_order,
    create_h5,
    create_native,
    create_order,
    query_by_number,
    query_by_trade_no,
)
from shop.demo.standins.wechat.web import exchange_web_code, open_page
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

Handler = Callable[[World, Request, Mapping[str, str]], Reply]

# (method, path, what the call is counted as, handler)
PAY_ROUTES: list[tuple[str, str, str, Handler]] = [
    ("POST", r"/v3/pay/transactions/jsapi", "create", create_order),
    ("POST", r"/v3/pay/transactions/native", "create", create_native),
    ("POST", r"/v3/pay/transactions/h5", "create", create_h5),
    ("GET", r"/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)", "query", query_by_number),
    ("GET", r"/v3/pay/transactions/id/(?P<trade_no>[^/]+)", "query", query_by_trade_no),
    ("POST", r"/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)/close", "close", close_order),
    ("POST", r"/v3/refund/domestic/refunds", "refund", create_refund),
    ("GET", r"/v3/refund/domestic/refunds/(?P<number>[^/]+)", "query_refund", query_refund),
    ("GET", r"/v3/bill/tradebill", "trade_bill", find_trade_bill),
    ("GET", r"/v3/bill/fundflowbill", "fund_bill", find_fund_bill),
    ("GET", FILE_PATH, "bill_file", give_file),
]
MINI_ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/sns/jscode2session"): exchange_login_code,
    ("GET", "/connect/oauth2/authorize"): open_page,
    ("GET", H5_PATH): answer_h5,
    ("POST", H5_PATH): answer_h5,
    ("GET", "/sns/oauth2/access_token"): exchange_web_code,
    ("POST", "/cgi-bin/stable_token"): give_token,
    ("POST", "/wxa/business/getuserphonenumber"): exchange_phone_code,
    ("GET", "/wxaapi/newtmpl/gettemplate"): list_templates,
    ("POST", "/cgi-bin/message/subscribe/send"): send_message,
    ("POST", "/wxa/sec/order/upload_shipping_info"): upload_shipping,
    ("POST", "/wxa/sec/order/get_order"): show_order,
    ("POST", "/wxa/sec/order/get_order_list"): list_orders,
    ("POST", "/wxa/sec/order/notify_confirm_receive"): remind_buyer,
    ("POST", "/wxa/sec/order/is_trade_managed"): tell_managed,
    ("POST", "/cgi-bin/express/delivery/open_msg/get_delivery_list"): list_companies,
}


def answer(world: World, request: Request, fault: Fault | None) -> Reply:
    """Do the work unless the fault forbids it, spoil the answer as it says, and sign what would be signed."""
    if request.path.startswith("/_demo/"):
        return answer_control(world, request)
    answer_call = _choose_service(request.path)
    without_work = fault is not None and fault.kind in WITHOUT_WORK
    reply = reply_json({}) if without_work else answer_call(world, request)
    if fault is not None:
        reply = spoil(reply, fault.kind)
    if fault and fault.kind == "bad_signature" and answer_call is alipay.answer_alipay:
        return spoil_sign(reply)
    is_file = request.path == FILE_PATH and reply.status == 200
    if answer_call is not _answer_pay or reply.status == 401 or is_file or (fault and fault.kind == "html"):
        return reply
    signed = sign_reply(world, reply)
    return spoil_signature(signed) if fault and fault.kind == "bad_signature" else signed


def _choose_service(path: str) -> Callable[[World, Request], Reply]:
    if path in kdniao.PATHS:
        return answer_kdniao
    if path in tracking.PATHS:
        return tracking.answer_poll
    if path.startswith("/label/"):
        return answer_kuaidi100
    if alipay.is_alipay(path):
        return alipay.answer_alipay
    if path == feie.PATH:
        return answer_feie
    if path.startswith(yilianyun.BASE):
        return answer_yilianyun
    if is_robot(path):
        return answer_robot
    return _answer_pay if path.startswith("/v3/") else _answer_mini


def count_call(world: World, request: Request) -> None:
    """Count the call under the number it speaks of, before anything else happens to it."""
    if call := name_call(request) or alipay.name_call(request):
        world.ledger.count_call(*call)
    for method, pattern, what, _handler in PAY_ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            world.ledger.count_call(_find_number(found.groupdict(), request.body), what)


def _answer_pay(world: World, request: Request) -> Reply:
    try:
        check_caller(world, request)
        for method, pattern, _what, handler in PAY_ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return handler(world, request, found.groupdict())
        raise Problem(404, "NOT_FOUND", "no such path")
    except Problem as problem:
        return problem.as_reply()


def _answer_mini(world: World, request: Request) -> Reply:
    handler = MINI_ROUTES.get((request.method, request.path))
    if handler is None:
        return reply_json({}, 404)
    try:
        return handler(world, request, {})
    except Problem as problem:
        code = int(problem.code) if problem.code.isdigit() else 47001
        return reply_json({"errcode": code, "errmsg": problem.message})


def _find_number(found: Mapping[str, str], body: bytes) -> str:
    if found:
        return next(iter(found.values()))
    try:
        fields = json.loads(body)
        return str(fields.get("out_refund_no") or fields.get("out_trade_no"))
    except (ValueError, AttributeError):
        return ""
