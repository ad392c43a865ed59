"""Pretend WeChat mini-program server: login codes, the stable token, phone numbers. Failures are HTTP 200
with `errcode`.

Source: WeChat documents code2Session, getStableAccessToken, getPhoneNumber.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from shop.demo.standins.ledger import now
from shop.demo.standins.wire import Problem, Reply, Request, read_object, reply_json
from shop.demo.standins.world import World

CODE_SECONDS = 300
RENEW_SECONDS = 300


def exchange_login_code(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """code2Session; the vendor labels this JSON as plain text, and so do we."""
    query = request.query
    if query.get("grant_type") != "authorization_code":
        raise refuse_call(40002, "invalid grant_type")
    _check_app(world, query)
    openid = use_code(world, "login", query.get("js_code"))
    session = {
        "openid": openid,
        "session_key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "unionid": "u" + hashlib.sha256(openid.encode()).hexdigest()[:27],
    }
    return Reply(200, reply_json(session).body, "text/plain")


def give_token(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """The same token on repeats; a new one from 5 minutes before its end, while the old one still holds."""
    body = read_object(request.body)
    if body.get("grant_type") != "client_credential":
        raise refuse_call(40002, "invalid grant_type")
    _check_app(world, body)
    renew = body.get("force_refresh") is True
    with world.ledger.transaction():
        row = world.ledger.find("SELECT * FROM tokens ORDER BY made_at DESC LIMIT 1")
        if row is None or renew or row["expires_at"] - now() <= min(RENEW_SECONDS, _lifetime(world) / 2):
            token, expires_at = f"T_{secrets.token_hex(64)}", now() + _lifetime(world)
            world.ledger.write("INSERT INTO tokens VALUES (?, ?, ?)", token, now(), expires_at)
        else:
            token, expires_at = row["token"], row["expires_at"]
    return reply_json({"access_token": token, "expires_in": max(1, int(expires_at - now()))})


def exchange_phone_code(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """getPhoneNumber."""
    check_token(world, request.query.get("access_token", ""))
    phone = use_code(world, "phone", read_object(request.body).get("code"))
    info = {
        "phoneNumber": phone,
        "purePhoneNumber": phone,
        "countryCode": "86",
        "watermark": {"timestamp": int(now()), "appid": world.credentials.appid},
    }
    return reply_json({"errcode": 0, "errmsg": "ok", "phone_info": info})


def make_code(world: World, kind: str, value: str) -> str:
    """A code as the phone would get it: `value` is an openid (kind login) or a number (kind phone)."""
    with world.ledger.transaction():
        if kind == "login":
            world.ledger.write("INSERT OR IGNORE INTO buyers VALUES (?)", value)
        return write_code(world, kind, value)


def write_code(world: World, kind: str, value: str) -> str:
    """A fresh code that stands for `value`."""
    code = secrets.token_hex(16)
    world.ledger.write("INSERT INTO codes VALUES (?, ?, ?, ?, 0)", code, kind, value, now())
    return code


def _lifetime(world: World) -> float:
    return float(world.ledger.behaviour()["token_seconds"])


def _check_app(world: World, fields: Mapping[str, Any]) -> None:
    if fields.get("appid") != world.credentials.appid:
        raise refuse_call(40013, "invalid appid")
    if fields.get("secret") != world.credentials.secret:
        raise refuse_call(40125, "invalid appsecret")


def check_token(world: World, token: str) -> None:
    row = world.ledger.find("SELECT expires_at FROM tokens WHERE token = ?", token)
    if row is None:
        raise refuse_call(40001, "invalid credential, access_token is invalid or not latest")
    if row["expires_at"] < now():
        raise refuse_call(42001, "access_token expired")


def use_code(world: World, kind: str, code: object) -> str:
    """What the code stands for, once within five minutes. Raises Problem."""
    with world.ledger.transaction():
        row = world.ledger.find("SELECT * FROM codes WHERE code = ? AND kind = ?", str(code), kind)
        if row is None or now() - row["made_at"] > CODE_SECONDS:
            raise refuse_call(40029, "invalid code")
        if row["used"]:
            raise refuse_call(40163, "code been used")
        world.ledger.write("UPDATE codes SET used = 1 WHERE code = ?", row["code"])
        return str(row["value"])


def refuse_call(errcode: int, errmsg: str) -> Problem:
    return Problem(200, str(errcode), errmsg)
