"""Pretend subscription messages: the templates of the mini-program, and what was sent by them.

Source: WeChat documents subscribeMessage.send, getTemplateList, 订阅消息参数值内容限制说明.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from shop.demo.standins.ledger import now
from shop.demo.standins.wechat.mini import check_token, refuse_call
from shop.demo.standins.wire import Reply, Request, read_object, reply_json
from shop.demo.standins.world import World

TEMPLATES: dict[str, tuple[str, str]] = {
    "demo-shipped-0000000000000000000000000000000": (
        "订单发货通知",
        "订单编号:{{character_string1.DATA}}\n商品名称:{{thing2.DATA}}\n快递公司:{{thing3.DATA}}\n"
        "快递单号:{{character_string4.DATA}}\n发货时间:{{time5.DATA}}\n",
    ),
    "demo-unpaid-00000000000000000000000000000000": (
        "待付款提醒",
        "订单号:{{character_string1.DATA}}\n待付金额:{{amount2.DATA}}\n温馨提示:{{thing3.DATA}}\n",
    ),
    "demo-changed-0000000000000000000000000000000": (
        "订单变更通知",
        "订单号:{{character_string1.DATA}}\n订单状态:{{phrase2.DATA}}\n日期:{{date3.DATA}}\n备注:{{thing4.DATA}}\n",
    ),
    "demo-pickup-00000000000000000000000000000000": (
        "取货提醒",
        "订单号:{{character_string1.DATA}}\n自提门店:{{thing2.DATA}}\n取货地址:{{thing3.DATA}}\n"
        "订单状态:{{phrase4.DATA}}\n温馨提示:{{thing5.DATA}}\n",
    ),
    "demo-unknown-0000000000000000000000000000000": ("会议通知", "会议地点:{{thing1.DATA}}\n"),
}
"""Id → title and content."""
_PAGES = ("pages/", "packages/")
_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"
_LIMITS = {
    "thing": r"[^\n\r\t]{1,20}",
    "character_string": r"[!-~]{1,32}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "amount": r"[¥￥$][0-9]{1,10}(\.[0-9]+)?元?",
    "time": _TIME,
    "date": _TIME,
}
_FIELDS = {"touser", "template_id", "data", "page", "miniprogram_state", "lang"}


def list_templates(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """getTemplateList."""
    check_token(world, request.query.get("access_token", ""))
    rows = [
        {"priTmplId": key, "title": title, "content": content, "example": "", "type": 2}
        for key, (title, content) in TEMPLATES.items()
    ]
    return reply_json({"errcode": 0, "errmsg": "ok", "data": rows})


def send_message(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """subscribeMessage.send: every keyword of the template, each in its own limits, to a buyer who has accepted."""
    check_token(world, request.query.get("access_token", ""))
    body, behaviour = read_object(request.body), world.ledger.behaviour()
    if refusal := behaviour["message_refusal"]:
        raise refuse_call(int(refusal), "refused")
    openid, page = str(body.get("touser", "")), str(body.get("page", ""))
    _check_envelope(body, page)
    if not world.ledger.find("SELECT 1 FROM buyers WHERE openid = ?", openid):
        raise refuse_call(40003, "invalid openid")
    values = _read_values(str(body["template_id"]), body.get("data"))
    if openid in behaviour["unsubscribed"]:
        raise refuse_call(43101, "user refuse to accept the msg")
    content = json.dumps(values, ensure_ascii=False)
    row = (openid, str(body["template_id"]), page, content, now())
    world.ledger.write("INSERT INTO messages VALUES (NULL, ?, ?, ?, ?, ?)", *row)
    return reply_json({"errcode": 0, "errmsg": "ok"})


def _check_envelope(body: Mapping[str, Any], page: str) -> None:
    if body.keys() - _FIELDS or body.get("miniprogram_state") not in ("developer", "trial", "formal"):
        raise refuse_call(47001, "data format error")
    if body.get("template_id") not in TEMPLATES:
        raise refuse_call(40037, "invalid template_id")
    if page and not page.startswith(_PAGES):
        raise refuse_call(41030, "invalid page")


def _read_values(template_id: str, data: object) -> dict[str, str]:
    wanted = re.findall(r"\{\{([a-z_]+?)([0-9]+)\.DATA\}\}", TEMPLATES[template_id][1])
    given = data if isinstance(data, dict) else {}
    values = {}
    for kind, number in wanted:
        value = given.get(kind + number)
        text = value.get("value") if isinstance(value, dict) else None
        if not isinstance(text, str) or not re.fullmatch(_LIMITS[kind], text):
            raise refuse_call(47003, f"argument invalid! data.{kind}{number}.value invalid")
        values[kind + number] = text
    return values
