"""Pretend web authorisation (网页授权) of a service account: the page that leads back with a code, and its exchange.

Source: WeChat documents 网页授权. Whose WeChat the page is opened in says the behaviour `web_person`.
"""

import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from shop.demo.standins.wechat.mini import refuse_call, use_code, write_code
from shop.demo.standins.wire import Problem, Reply, Request, reply_json
from shop.demo.standins.world import World

_ASKED = ["appid", "redirect_uri", "response_type", "scope", "state"]
_EXCHANGED = {"appid", "secret", "code", "grant_type"}
_NEAR = frozenset({"127.0.0.1", "localhost", "testserver"})


def open_page(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """snsapi_base asks nobody anything: the browser is led back at once."""
    asked = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
    query = dict(asked)
    if [name for name, _value in asked] != _ASKED:
        raise Problem(200, "10003", "the parameters and their order are not those of the documents")
    if query["appid"] != world.credentials.service_appid:
        raise refuse_call(40013, "invalid appid")
    if query["response_type"] != "code" or query["scope"] != "snsapi_base":
        raise refuse_call(10005, "no right to this scope")
    if not re.fullmatch(r"[A-Za-z0-9]{1,128}", query["state"]):
        raise refuse_call(10003, "state is letters and digits, at most 128")
    back = query["redirect_uri"]
    if not _is_registered(back):
        raise refuse_call(10003, "redirect_uri is not of the registered domain")
    code = make_web_code(world, **world.ledger.behaviour()["web_person"])
    separator = "&" if urlsplit(back).query else "?"
    location = f"{back}{separator}{urlencode({'code': code, 'state': query['state']})}"
    return Reply(302, headers={"Location": location})


def _is_registered(address: str) -> bool:
    """Https, but at this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _NEAR)


def make_web_code(world: World, openid: str, unionid: str = "") -> str:
    """A code as the browser of this person comes back with it."""
    return write_code(world, "web", f"{openid} {unionid}")


def exchange_web_code(world: World, request: Request, _found: Mapping[str, str]) -> Reply:
    """oauth2/access_token; the vendor labels this JSON as plain text, and so do we."""
    query = request.query
    if set(query) != _EXCHANGED or query["grant_type"] != "authorization_code":
        raise refuse_call(40002, "invalid grant_type")
    if query["appid"] != world.credentials.service_appid:
        raise refuse_call(40013, "invalid appid")
    if query["secret"] != world.credentials.service_secret:
        raise refuse_call(40125, "invalid appsecret")
    openid, _space, unionid = use_code(world, "web", query["code"]).partition(" ")
    answer = {
        "access_token": secrets.token_hex(40),
        "expires_in": 7200,
        "refresh_token": secrets.token_hex(40),
        "openid": openid,
        "scope": "snsapi_base",
    }
    return Reply(200, reply_json(answer | ({"unionid": unionid} if unionid else {})).body, "text/plain")
