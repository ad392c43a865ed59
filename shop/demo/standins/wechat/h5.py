"""The pretend page of WeChat that a phone's browser is led to: it pays on press, and leads back.

As the vendor's, it refuses whoever does not come from a page of the shop, or is in WeChat already.
Source: WeChat Pay documents H5下单, H5调起支付.
"""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlsplit

from shop.demo.standins.wechat.notices import send_later
from shop.demo.standins.wechat.trades import pay_h5
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

PAYER = "h5-payer"
_FRAME = (
    '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>微信支付</title><main><h1>微信支付</h1>{body}</main></html>"
)


def answer_h5(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """GET shows the amount and a button, POST pays; either refuses in a sentence."""
    try:
        return _answer(world, request)
    except Problem as problem:
        return _draw(f"<p>{escape(problem.message)}</p>", problem.status)


def _answer(world: World, request: Request) -> Reply:
    query = request.query
    if set(query) - {"redirect_url"} != {"prepay_id", "package"}:
        raise Problem(400, "PARAM_ERROR", "支付参数错误")
    if "MicroMessenger" in request.headers.get("user-agent", ""):
        raise Problem(400, "INVALID_REQUEST", "请在微信外打开订单，进行支付")
    if request.method == "POST":
        number = pay_h5(world, query["prepay_id"], _read_payer(request))
        send_later(world, number)
        back = (
            f'<p><a href="{escape(query["redirect_url"])}">返回商家</a></p>'
            if "redirect_url" in query
            else ""
        )
        return _draw(f"<p>支付成功</p>{back}")
    if not urlsplit(request.headers.get("referer", "")).hostname:
        raise Problem(400, "INVALID_REQUEST", "商家参数格式有误，请联系商家解决")
    return _draw(
        f"<p>¥{_find_sum(world, query['prepay_id'])}</p><form method=post><button>确认支付</button></form>"
    )


def _read_payer(request: Request) -> str:
    return dict(parse_qsl(request.body.decode())).get("openid", PAYER)


def _find_sum(world: World, prepay_id: str) -> str:
    trade = world.ledger.find("SELECT * FROM trades WHERE prepay_id = ?", prepay_id)
    if trade is None:
        raise Problem(400, "INVALID_REQUEST", "订单不存在")
    yuan, fen = divmod(int(trade["amount_fen"]), 100)
    return f"{yuan}.{fen:02}"


def _draw(body: str, status: int = 200) -> Reply:
    return Reply(status, _FRAME.format(body=body).encode(), "text/html; charset=utf-8")
