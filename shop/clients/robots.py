"""Robots in the groups of the staff: 企业微信, 钉钉, 飞书. One call: say this text in the group.

None of them knows a number of ours: what is sent twice is said twice. The address of a robot is its secret; only what
tells whose robot it is (a key, a token) is taken from it, so that nothing is ever sent to another host.

Sources: the three vendors' pages on custom robots; 钉钉 and 飞书 sign alike, but with key and message swapped.
"""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, Rejected, Unknown
from shop.clients.transport import Answer, Request, parse_object, send
from shop.clients.waybills import read_fact

TIMEOUT_S = 8.0
LONGEST_BYTES = 2000
"""Of one text: what the strictest of them takes, less a little."""
_LONGEST_REASON = 150
_JSON = {"Content-Type": "application/json; charset=utf-8"}
LATER = frozenset({"429", "45009", "130101", "11232", "9499"})
"""Codes that ask for patience; every other refusal stays one until somebody changes the robot."""

Write = Callable[["Hook", str, float], tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Hook:
    """Whose robot it is: the `token` out of its address, and the secret it signs with, "" where it does not."""

    token: str = field(repr=False)
    secret: str = field(repr=False, default="")


@dataclass(frozen=True)
class Service:
    """One vendor. `pace_s`: seconds between two messages of one robot, so that its limit is never reached."""

    production_url: str
    address: re.Pattern[str]
    pace_s: float
    says: str
    write: Write

    def read_token(self, url: str, *, base_url: str) -> str:
        """The token in a robot's address. Raises `BadCredentials` for an address that is none of this vendor's."""
        for base in (self.production_url, base_url):
            found = self.address.fullmatch(url.removeprefix(base)) if url.startswith(base) else None
            if found:
                return found["token"]
        raise BadCredentials("The address is none of such a robot.")

    def post_text(self, hook: Hook, text: str, *, base_url: str, timeout: float = TIMEOUT_S) -> None:
        """Say it in the group. Raises ClientError; `Rejected` with a code of LATER asks for patience.

        `timeout` in seconds, for connecting and for each wait for bytes.
        """
        target, fields = self.write(hook, cut(text), time.time())
        body = json.dumps(fields, ensure_ascii=False).encode()
        with circuit_of(base_url, hook.token).call():
            answer = send(Request("POST", base_url, target, _JSON, body), timeout=timeout)
            _check(answer, self.says)


def cut(text: str) -> str:
    """As much of it as every vendor takes."""
    return text.encode()[:LONGEST_BYTES].decode(errors="ignore")


def sign_dingtalk(secret: str, moment_ms: int) -> str:
    """The signature of 钉钉: the secret is the key."""
    return _sign(secret, f"{moment_ms}\n{secret}")


def sign_feishu(secret: str, moment_s: int) -> str:
    """The signature of 飞书: the text with the secret is the key, and the message is empty."""
    return _sign(f"{moment_s}\n{secret}", "")


def _sign(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), "sha256").digest()).decode()


def _write_wecom(hook: Hook, text: str, _moment: float) -> tuple[str, Mapping[str, Any]]:
    query = urlencode({"key": hook.token})
    return f"/cgi-bin/webhook/send?{query}", {"msgtype": "text", "text": {"content": text}}


def _write_dingtalk(hook: Hook, text: str, moment: float) -> tuple[str, Mapping[str, Any]]:
    query = {"access_token": hook.token}
    if hook.secret:
        moment_ms = int(moment * 1000)
        query |= {"timestamp": str(moment_ms), "sign": sign_dingtalk(hook.secret, moment_ms)}
    return f"/robot/send?{urlencode(query)}", {"msgtype": "text", "text": {"content": text}}


def _write_feishu(hook: Hook, text: str, moment: float) -> tuple[str, Mapping[str, Any]]:
    fields = {"msg_type": "text", "content": {"text": text}}
    if not hook.secret:
        return f"/open-apis/bot/v2/hook/{hook.token}", fields
    signed = {"timestamp": str(int(moment)), "sign": sign_feishu(hook.secret, int(moment))}
    return f"/open-apis/bot/v2/hook/{hook.token}", signed | fields


SERVICES: dict[str, Service] = {
    "wecom": Service(
        "https://qyapi.weixin.qq.com",
        re.compile(r"/cgi-bin/webhook/send\?key=(?P<token>[0-9A-Za-z-]{20,80})"),
        3.2,
        "errcode",
        _write_wecom,
    ),
    "dingtalk": Service(
        "https://oapi.dingtalk.com",
        re.compile(r"/robot/send\?access_token=(?P<token>[0-9A-Za-z]{20,128})"),
        3.2,
        "errcode",
        _write_dingtalk,
    ),
    "feishu": Service(
        "https://open.feishu.cn",
        re.compile(r"/open-apis/bot/v2/hook/(?P<token>[0-9A-Za-z-]{20,80})"),
        0.7,
        "code",
        _write_feishu,
    ),
}


def _check(answer: Answer, says: str) -> None:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Rejected("429", "", answer.status)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unknown(f"The service answered HTTP {answer.status}.")
    fields = parse_object(answer.body)
    code = fields.get(says)
    if not isinstance(code, int) or isinstance(code, bool):
        raise Unknown("The answer does not say whether it was said.")
    if code:
        why = read_fact(fields, "errmsg", _LONGEST_REASON) or read_fact(fields, "msg", _LONGEST_REASON)
        raise Rejected(str(code), why, answer.status)
