"""The door of the pretend Alipay: who may come in, by the raw bytes of the form, and the signature on what goes out.

It shares no code with any client, so that a client's mistake shows. Source: Alipay documents 自行实现签名, 公共参数.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote_to_bytes

from shop.demo.standins.ledger import now
from shop.demo.standins.wechat.signatures import is_signed_by, sign_bytes
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

PATH = "/gateway.do"
BEIJING = timezone(timedelta(hours=8))
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
FRESH_SECONDS = 900
FIELDS = {
    *("app_id", "method", "format", "charset", "sign_type", "sign", "timestamp", "version"),
    *("notify_url", "return_url", "biz_content"),
}
_FIXED = {"format": "JSON", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0"}


class Unsigned(Problem):
    """A refusal that Alipay does not sign: it does not know who asks."""


def refuse(sub_code: str, message: str, code: str = "40004") -> Problem:
    """A refusal as Alipay words it."""
    return Problem(int(code), sub_code, message)


def wrong_value(name: str) -> Problem:
    return refuse("isv.invalid-parameter", f"{name} is wrong", "40002")


def split_form(text: bytes) -> dict[str, bytes]:
    """The fields of a form or query; each once, or the whole is refused."""
    fields: dict[str, bytes] = {}
    for pair in text.split(b"&"):
        name, mark, value = pair.replace(b"+", b" ").partition(b"=")
        key = unquote_to_bytes(name).decode("ascii", "replace")
        if not mark or key in fields:
            raise wrong_value("form")
        fields[key] = unquote_to_bytes(value)
    return fields


def read_call(world: World, text: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    """The common fields and the content of a call that is signed by the app, freshly and completely."""
    raw = split_form(text)
    if unknown := raw.keys() - FIELDS:
        raise wrong_value(sorted(unknown)[0])
    message = b"&".join(
        name.encode() + b"=" + raw[name] for name in sorted(raw) if name != "sign" and raw[name]
    )
    if raw.get("app_id", b"").decode() != world.alipay.appid:
        raise Unsigned(40002, "isv.invalid-app-id", "no such app")
    if not is_signed_by(world.alipay_app_key, message, raw.get("sign", b"").decode("ascii", "replace")):
        raise Unsigned(40002, "isv.invalid-signature", "the signature does not fit")
    fields = {name: value.decode() for name, value in raw.items()}
    for name, value in _FIXED.items():
        if fields.get(name) != value:
            raise wrong_value(name)
    _check_time(fields.get("timestamp", ""))
    return fields, _read_content(fields)


def _check_time(text: str) -> None:
    try:
        moment = datetime.strptime(text, TIME_FORMAT).replace(tzinfo=BEIJING).timestamp()
    except ValueError:
        raise wrong_value("timestamp") from None
    if abs(now() - moment) > FRESH_SECONDS:
        raise refuse("isv.invalid-timestamp", "not the time in Beijing", "40002")


def _read_content(fields: Mapping[str, str]) -> dict[str, Any]:
    try:
        content = json.loads(fields.get("biz_content", ""))
    except ValueError:
        content = None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise wrong_value("biz_content")
    return content


def name_path(request: Request) -> str:
    """The path, of a call with its method: all of them come to one address."""
    if request.path != PATH:
        return request.path
    try:
        return f"{PATH}/{split_form(request.body)['method'].decode()}"
    except (Problem, KeyError, ValueError):
        return PATH


def sign_answer(world: World, method: str, content: Mapping[str, Any], *, is_signed: bool = True) -> Reply:
    """The answer with the signature over the text of its content, whose slashes are escaped as Alipay's are."""
    text = json.dumps(content, ensure_ascii=False).replace("/", "\\/")
    name = f"{method.replace('.', '_')}_response"
    sign = sign_bytes(world.alipay_key, text.encode()).replace("/", "\\/") if is_signed else ""
    tail = f',"sign":"{sign}"' if is_signed else ""
    return Reply(200, f'{{"{name}":{text}{tail}}}'.encode(), "application/json;charset=utf-8")


def spoil_sign(reply: Reply) -> Reply:
    """The answer with the signature of another one."""
    head, mark, tail = reply.body.partition(b'"sign":"')
    return Reply(reply.status, head + mark + tail[::-1].removeprefix(b'}"') + b'"}', reply.content_type)


def write_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, BEIJING).strftime(TIME_FORMAT)


def write_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
