"""Who opened a web page in WeChat (网页授权 of a service account): where a browser is led, what its code is worth.

The answers are those of `shop.clients.wechat_mini`: HTTP 200 with an `errcode` on failure. Source: WeChat documents
网页授权 (snsapi_base).
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import Unknown
from shop.clients.transport import Request, parse_object, send
from shop.clients.wechat_mini import PRODUCTION_URL, TIMEOUT_S, read_text, refuse_errors

OPEN_URL = "https://open.weixin.qq.com"
_SCOPE = "snsapi_base"


@dataclass(frozen=True)
class Person:
    """Somebody in WeChat: `openid` is of the service account alone, `unionid` of all the merchant's apps, or ""."""

    openid: str = field(repr=False)
    unionid: str = field(default="", repr=False)


class WeChatWeb:
    """The web authorisation of one service account. Every failure is a `shop.clients.errors.ClientError`."""

    def __init__(
        self,
        appid: str,
        secret: str,
        *,
        base_url: str = PRODUCTION_URL,
        open_url: str = OPEN_URL,
        timeout: float = TIMEOUT_S,
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._appid, self._secret = appid, secret
        self._base_url, self._open_url = base_url.rstrip("/"), open_url.rstrip("/")
        self._timeout = timeout
        self._circuit = circuit_of(self._base_url, appid)

    def authorize_url(self, back_url: str, *, state: str) -> str:
        """Where the browser goes to; it comes to `back_url` with `code` and this `state` (letters and digits).

        The order of the parameters is the vendor's, who refuses another one.
        """
        query = {
            "appid": self._appid,
            "redirect_uri": back_url,
            "response_type": "code",
            "scope": _SCOPE,
            "state": state,
        }
        return f"{self._open_url}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    def code_to_person(self, code: str) -> Person:
        """Exchange the code, good once within five minutes.

        Raises `Rejected` with code 40029 (no such code), 40163 (used already), 45011 (too often).
        """
        query = {
            "appid": self._appid,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        target = f"/sns/oauth2/access_token?{urlencode(query, errors='replace')}"
        with self._circuit.call():
            request = Request("GET", self._base_url, target, {"Accept": "application/json"}, b"")
            answer = send(request, timeout=self._timeout)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The service answered HTTP {answer.status}.")
            found = refuse_errors(parse_object(answer.body))
        return Person(read_text(found, "openid"), str(found.get("unionid") or ""))
