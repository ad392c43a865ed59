"""Server API of the WeChat mini-program: who logged in, and the phone number a buyer chose to share.

The vendor answers HTTP 200 with an `errcode` on failure, and labels some JSON answers `text/plain`, so the
content type is not looked at. Source: WeChat documents code2Session, getStableAccessToken, getPhoneNumber.
"""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import Rejected, Unknown
from shop.clients.transport import Request, parse_object, send

PRODUCTION_URL = "https://api.weixin.qq.com"
TIMEOUT_S = 8.0
# A call refused with one of these codes deserves one more try with a fresh token.
TOKEN_ERRORS = frozenset({"40001", "40014", "42001"})
SYSTEM_BUSY = -1


@dataclass(frozen=True)
class Session:
    """One login: the buyer here (`openid`) and across the merchant's apps (`unionid`, may be empty)."""

    openid: str
    unionid: str
    session_key: str = field(repr=False)


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
        return Session(_text(answer, "openid"), str(unionid), _text(answer, "session_key"))

    def stable_token(self) -> tuple[str, int]:
        """The access token and the seconds it still holds; the same one until shortly before its end."""
        wanted = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret}
        answer = self._call("POST", "/cgi-bin/stable_token", {**wanted, "force_refresh": False})
        expires_in = answer.get("expires_in")
        if not isinstance(expires_in, int) or expires_in <= 0:
            raise Unknown("The token answer names no lifetime.")
        return _text(answer, "access_token"), expires_in

    def phone_number(self, code: str, *, token: str) -> str:
        """The number without country code behind a code of the phone button.

        Raises `Rejected`; if its code is in `TOKEN_ERRORS`, fetch a new token and ask once more.
        """
        target = f"/wxa/business/getuserphonenumber?{urlencode({'access_token': token})}"
        info = self._call("POST", target, {"code": code}).get("phone_info")
        if not isinstance(info, dict):
            raise Unknown("The answer holds no phone number.")
        return _text(info, "purePhoneNumber")

    def _call(self, method: str, target: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        raw = json.dumps(body).encode() if body else b""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with self._circuit.call():
            answer = send(Request(method, self._base_url, target, headers, raw), timeout=self._timeout)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The service answered HTTP {answer.status}.")
            return _refuse_errors(parse_object(answer.body))


def _refuse_errors(answer: dict[str, Any]) -> dict[str, Any]:
    code = answer.get("errcode", 0)
    if code == SYSTEM_BUSY:
        raise Unknown("The service is busy.")
    if code != 0:
        raise Rejected(str(code), str(answer.get("errmsg", "")), 200)
    return answer


def _text(answer: dict[str, Any], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise Unknown(f"The answer lacks {key}.")
    return value
