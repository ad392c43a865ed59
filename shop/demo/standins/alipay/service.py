"""Which handler answers which call of the pretend Alipay, and the page on which a buyer pays."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from shop.demo.standins.alipay import bills, refunds, trades
from shop.demo.standins.alipay.gate import PATH, Unsigned, read_call, sign_answer, split_form, wrong_value
from shop.demo.standins.alipay.notices import send_later
from shop.demo.standins.wire import Problem, Reply, Request, read_object
from shop.demo.standins.world import World

Handler = Callable[[World, Request, Mapping[str, str], dict[str, Any]], dict[str, Any]]

CALLS: dict[str, tuple[str, Handler]] = {
    "alipay.trade.precreate": ("create", trades.announce),
    "alipay.trade.query": ("query", trades.query),
    "alipay.trade.close": ("close", trades.close),
    "alipay.trade.refund": ("refund", refunds.refund),
    "alipay.trade.fastpay.refund.query": ("query_refund", refunds.query_refund),
    "alipay.data.dataservice.bill.downloadurl.query": ("bill", bills.find_bill),
}
"""Method → what the call is counted as, and its handler."""
PAY_PATH = "/alipay/pay"
_PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>支付宝（演示）</title><h1>支付宝（演示）</h1><p>{words}</p>{form}</html>"""
_FORM = '<form method="post" action="{path}"><button name="number" value="{number}">确认付款</button></form>'


def is_alipay(path: str) -> bool:
    return path == PATH or path.startswith("/alipay/")


def name_call(request: Request) -> tuple[str, str] | None:
    """The number that a call speaks of, and what it is counted as."""
    if request.path != PATH or request.method != "POST":
        return None
    try:
        form = split_form(request.body)
        content = read_object(form["biz_content"])
        what, _handler = CALLS[form["method"].decode()]
    except (Problem, KeyError, ValueError):
        return None
    names = ("out_request_no", "out_trade_no", "trade_no")
    return next((str(content[name]) for name in names if name in content), ""), what


def answer_alipay(world: World, request: Request) -> Reply:
    """Answer a call, signed, or show the page that a code or link leads to."""
    if request.method == "POST" and request.path == PATH:
        return _answer_call(world, request)
    if request.method == "GET" and request.path == bills.FILE_PATH:
        return bills.give_file(world, request)
    try:
        if request.method == "POST" and request.path == PAY_PATH:
            return _take_money(world, request)
        number = trades.open_url(world, request.target)
    except Problem as problem:
        return _show(problem.message, status=400)
    trade = trades.find_trade(world, number)
    if trade is None or trade["state"] != "WAIT_BUYER_PAY":
        return _show("这笔订单已支付、已关闭或已过期。")
    form = _FORM.format(path=PAY_PATH, number=escape(number, quote=True))
    return _show(f"应付 ¥{trade['amount_fen'] / 100:.2f}", form)


def _take_money(world: World, request: Request) -> Reply:
    number = split_form(request.body).get("number", b"").decode()
    trades.pay(world, number)
    send_later(world, number)
    return _show("付款成功，请返回商家。")


def _show(words: str, form: str = "", *, status: int = 200) -> Reply:
    page = _PAGE.format(words=escape(words), form=form)
    return Reply(status, page.encode(), "text/html; charset=utf-8")


def _answer_call(world: World, request: Request) -> Reply:
    method = "error"
    try:
        if request.target != f"{PATH}?charset=utf-8":
            raise wrong_value("charset")
        method = split_form(request.body).get("method", b"error").decode("ascii", "replace")
        fields, content = read_call(world, request.body)
        if method not in CALLS:
            raise wrong_value("method")
        answer = CALLS[method][1](world, request, fields, content)
    except Problem as problem:
        code = str(problem.status) if problem.status >= 10_000 else "40004"
        refusal = {"code": code, "msg": "Failed", "sub_code": problem.code, "sub_msg": problem.message}
        return sign_answer(world, method, refusal, is_signed=not isinstance(problem, Unsigned))
    return sign_answer(world, method, {"code": "10000", "msg": "Success", **answer})
