"""Server API of the WeChat mini-program: who logged in, the phone number a buyer chose to share, messages to buyers.

The vendor answers HTTP 200 with an `errcode` on failure, and labels some JSON answers `text/plain`, so the
content type is not looked at. Source: WeChat documents code2Session, getStableAccessToken, getPhoneNumber,
subscribeMessage.send, subscribeMessage.getTemplateList and 订阅消息参数值内容限制说明.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import Rejected, Unknown, Unreachable
from shop.clients.transport import Request, parse_object, send

PRODUCTION_URL = "https://api.weixin.qq.com"
TIMEOUT_S = 8.0
# A call refused with one of these codes deserves one more try with a fresh token.
TOKEN_ERRORS = frozenset({"40001", "40014", "42001"})
SYSTEM_BUSY = -1
T = TypeVar("T")


class NoToken(Unreachable):
    """WeChat gave no token, so that nothing was sent."""


@dataclass(frozen=True)
class Session:
    """One login: the buyer here (`openid`) and across the merchant's apps (`unionid`, may be empty)."""

    openid: str
    unionid: str
    session_key: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    """One subscription message: `values` by the names of the template's keywords; `page` "" opens nothing."""

    openid: str = field(repr=False)
    template_id: str
    values: Mapping[str, str]
    page: str = ""


class WeChatMini:
    """The calls of one mini-program. Every failure is a `shop.clients.errors.ClientError`."""

    def __init__(
        self, appid: str, secret: str, *, base_url: str = PRODUCTION_URL, timeout: float = TIMEOUT_S
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._appid = appid
        self._secret = secret
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._circuit = circuit_of(self._base_url, appid)

    def code_to_session(self, code: str) -> Session:
        """Exchange the code of `wx.login`, good once within five minutes.

        Raises `Rejected` with code 40029 (no such code), 40163 (used already), 45011 (too often), 40226
        (buyer blocked).
        """
        query = {
            "appid": self._appid,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        answer = self._call("GET", f"/sns/jscode2session?{urlencode(query, errors='replace')}")
        unionid = answer.get("unionid") or ""
        return Session(read_text(answer, "openid"), str(unionid), read_text(answer, "session_key"))

    def stable_token(self) -> tuple[str, int]:
        """The access token and the seconds it still holds; the same one until shortly before its end."""
        wanted = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret}
        answer = self._call("POST", "/cgi-bin/stable_token", {**wanted, "force_refresh": False})
        expires_in = answer.get("expires_in")
        if not isinstance(expires_in, int) or expires_in <= 0:
            raise Unknown("The token answer names no lifetime.")
        return read_text(answer, "access_token"), expires_in

    def phone_number(self, code: str, *, token: str) -> str:
        """The number without country code behind a code of the phone button.

        Raises `Rejected`; if its code is in `TOKEN_ERRORS`, fetch a new token and ask once more.
        """
        target = f"/wxa/business/getuserphonenumber?{urlencode({'access_token': token})}"
        info = self._call("POST", target, {"code": code}).get("phone_info")
        if not isinstance(info, dict):
            raise Unknown("The answer holds no phone number.")
        return read_text(info, "purePhoneNumber")

    def list_templates(self, *, token: str) -> dict[str, str]:
        """The templates of the mini-program: id → content, such as `快递单号:{{character_string2.DATA}}`, a line each.

        Raises as `phone_number`.
        """
        rows = self._call("GET", f"/wxaapi/newtmpl/gettemplate?{urlencode({'access_token': token})}").get(
            "data"
        )
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unknown("The answer holds no templates.")
        return {read_text(row, "priTmplId"): read_text(row, "content") for row in rows}

    def send_message(self, message: Message, *, token: str) -> None:
        """Send one subscription message. There is no number to send it under: one without an answer may have arrived.

        Raises `Rejected` with code 43101 (the buyer has not accepted one, or has had it), 47003 (a value does not fit
        the template), 40037 (no such template), 41030 (no such page), 45009 (too many today), 48001 (not permitted),
        and as `phone_number`.
        """
        target = f"/cgi-bin/message/subscribe/send?{urlencode({'access_token': token})}"
        body: dict[str, object] = {
            "touser": message.openid,
            "template_id": message.template_id,
            "data": {name: {"value": value} for name, value in message.values.items()},
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        }
        self._call("POST", target, body | ({"page": message.page} if message.page else {}))

    def post(self, path: str, body: dict[str, object], *, token: str) -> dict[str, Any]:
        """The answer to any other call: its words go out as they are, not escaped. Raises as `phone_number`."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        return self._send("POST", f"{path}?{urlencode({'access_token': token})}", raw)

    def _call(self, method: str, target: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        return self._send(method, target, json.dumps(body).encode() if body else b"")

    def _send(self, method: str, target: str, raw: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with self._circuit.call():
            answer = send(Request(method, self._base_url, target, headers, raw), timeout=self._timeout)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The service answered HTTP {answer.status}.")
            return refuse_errors(parse_object(answer.body))


def ask_with_token(client: WeChatMini, ask: Callable[[str], T]) -> T:
    """Ask with the present token, and once more with the next one if it holds no more. Raises ClientError."""
    try:
        return ask(_get_token(client))
    except Rejected as error:
        if error.code not in TOKEN_ERRORS:
            raise
    return ask(_get_token(client))


def _get_token(client: WeChatMini) -> str:
    try:
        return client.stable_token()[0]
    except (Rejected, Unknown) as error:
        raise NoToken(str(error)) from error


def refuse_errors(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, unless it says in its own way that it is none. Raises Rejected, Unknown."""
    code = answer.get("errcode", 0)
    if code == SYSTEM_BUSY:
        raise Unknown("The service is busy.")
    if code != 0:
        raise Rejected(str(code), str(answer.get("errmsg", "")), 200)
    return answer


def read_text(answer: dict[str, Any], key: str) -> str:
    """A text that the answer has to hold. Raises Unknown."""
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise Unknown(f"The answer lacks {key}.")
    return value
