"""What the three vendors take, and how each of them refuses.

Source: the vendors' pages on custom robots. Of their numbers those for a wrong token and for what is sent too fast are
from general knowledge.
"""

import hmac
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Problem, Reply, Request, read_object, reply_json
from shop.demo.standins.world import World

WECOM_PATH, DINGTALK_PATH, FEISHU_BASE = "/cgi-bin/webhook/send", "/robot/send", "/open-apis/bot/v2/hook/"
HOUR_S, MINUTE_S = 3600, 60
ROBOT_REFUSALS = ("", "keyword", "ip")


@dataclass(frozen=True)
class Codes:
    """The numbers of a vendor's refusals; `ip` and `keyword` are what a group's own settings may refuse."""

    token: int
    sign: int
    shape: int
    rate: int
    ip: int
    keyword: int


WECOM = Codes(token=93000, sign=0, shape=40058, rate=45009, ip=60020, keyword=40058)
DINGTALK = Codes(token=300001, sign=310000, shape=400102, rate=130101, ip=310000, keyword=310000)
FEISHU = Codes(token=19001, sign=19021, shape=9499, rate=11232, ip=19022, keyword=19024)


def is_robot(path: str) -> bool:
    """Whether a call is for one of the robots."""
    return path in (WECOM_PATH, DINGTALK_PATH) or path.startswith(FEISHU_BASE)


def answer_robot(world: World, request: Request) -> Reply:
    """Say it in the group, or refuse it in the vendor's shape."""
    names = ("code", "msg") if request.path.startswith(FEISHU_BASE) else ("errcode", "errmsg")
    try:
        if request.method != "POST" or "json" not in request.headers.get("content-type", ""):
            raise Problem(200, "9499", "Bad Request")
        with world.ledger.transaction():
            _choose(request.path)(world, request)
        return reply_json(dict(zip(names, (0, "ok"), strict=True)))
    except Problem as problem:
        code = int(problem.code) if problem.code.isdecimal() else 40058
        return reply_json(dict(zip(names, (code, problem.message), strict=True)))


def _choose(path: str) -> Callable[[World, Request], None]:
    if path == WECOM_PATH:
        return _take_wecom
    return _take_dingtalk if path == DINGTALK_PATH else _take_feishu


def _take_wecom(world: World, request: Request) -> None:
    if request.query.get("key") != world.robots.wecom_key:
        raise _refuse(WECOM.token, "invalid webhook url")
    text = _read_text(request, "msgtype", "text", "content", {"msgtype", "text"}, WECOM.shape)
    if len(text.encode()) > 2048:
        raise _refuse(WECOM.shape, "text content exceed max length")
    _say(world, "wecom", text, WECOM, per_minute=20)


def _take_dingtalk(world: World, request: Request) -> None:
    query, known = request.query, world.robots
    if query.get("access_token") != known.dingtalk_token:
        raise _refuse(DINGTALK.token, "token is not exist")
    at, secret = query.get("timestamp", ""), known.dingtalk_secret
    if not re.fullmatch(r"[0-9]{13}", at) or abs(now() - int(at) / 1000) > HOUR_S:
        raise _refuse(DINGTALK.sign, "invalid timestamp")
    if not _is_signed(query.get("sign", ""), secret.encode(), f"{at}\n{secret}".encode()):
        raise _refuse(DINGTALK.sign, "sign not match")
    text = _read_text(request, "msgtype", "text", "content", {"msgtype", "text", "at"}, DINGTALK.shape)
    _say(world, "dingtalk", text, DINGTALK, per_minute=20)


def _take_feishu(world: World, request: Request) -> None:
    known = world.robots
    if request.path.removeprefix(FEISHU_BASE) != known.feishu_hook:
        raise _refuse(FEISHU.token, "param invalid: incoming webhook access token invalid")
    fields = read_object(request.body)
    at = str(fields.get("timestamp", ""))
    key = f"{at}\n{known.feishu_secret}".encode()
    is_now = re.fullmatch(r"[0-9]{10}", at) and abs(now() - int(at)) <= HOUR_S
    if not is_now or not _is_signed(str(fields.get("sign", "")), key, b""):
        raise _refuse(FEISHU.sign, "sign match fail or timestamp is not within one hour from current time")
    named = {"timestamp", "sign", "msg_type", "content"}
    text = _read_text(request, "msg_type", "content", "text", named, FEISHU.shape)
    if len(request.body) > 20 * 1024:
        raise _refuse(FEISHU.shape, "Bad Request: too large")
    _say(world, "feishu", text, FEISHU, per_minute=100)


def _is_signed(sent: str, key: bytes, message: bytes) -> bool:
    try:
        return hmac.compare_digest(b64decode(sent, validate=True), hmac.digest(key, message, "sha256"))
    except Error:
        return False


def _read_text(request: Request, kind: str, inner: str, name: str, known: set[str], code: int) -> str:
    """The text of a message that has no other fields than the `known` ones."""
    fields: Mapping[str, Any] = read_object(request.body)
    inside = fields.get(inner)
    text = inside.get(name) if isinstance(inside, dict) and inside.keys() == {name} else None
    if fields.get(kind) != "text" or fields.keys() - known or not isinstance(text, str) or not text.strip():
        raise _refuse(code, "Bad Request")
    return text


def _say(world: World, provider: str, text: str, codes: Codes, *, per_minute: int) -> None:
    if refusal := world.ledger.behaviour()["robot_refusal"]:
        code = codes.ip if refusal == "ip" else codes.keyword
        words = "not in whitelist" if refusal == "ip" else "keywords not in content"
        raise _refuse(code, words)
    said = "SELECT COUNT(*) AS n FROM robot_posts WHERE provider = ? AND said_at > ?"
    counted = world.ledger.find(said, provider, now() - MINUTE_S)
    if counted and counted["n"] >= per_minute:
        raise _refuse(codes.rate, "api freq out of limit")
    world.ledger.write(
        "INSERT INTO robot_posts (provider, content, said_at) VALUES (?, ?, ?)", provider, text, now()
    )


def _refuse(code: int, words: str) -> Problem:
    return Problem(200, str(code), words)
