"""快递100: where a parcel is (query.do), subscribing (poll), and what it pushes.

Source: 快递100 documents 实时查询, 快递信息推送; the vendor's own demos for the signatures. A push is signed with a
salt that the subscriber chose, so one without it is believed by nobody here.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, BadSignature, Rejected, Unknown
from shop.clients.tracking.news import (
    News,
    Question,
    Report,
    Where,
    keep_newest,
    list_rows,
    read_form,
    read_news,
    shorten_code,
)
from shop.clients.transport import Request, parse_object, send
from shop.clients.waybills import FORM_HEADERS, leave_out_empty, read_fact

PRODUCTION_URL = "https://poll.kuaidi100.com"
ASK_PATH, SUBSCRIBE_PATH = "/poll/query.do", "/poll"
TIMEOUT_S = 10.0
DONE, SUBSCRIBED_BEFORE, NO_NEWS = "200", "501", "500"
SICK_CODES = frozenset({"500", "501", "502"})
ENDED = frozenset({"shutdown", "abort"})
_NAMES = ("ftime", "context", "location")
_STATES = {
    "0": Where.IN_TRANSIT,
    "1": Where.COLLECTED,
    "2": Where.PROBLEM,
    "3": Where.DELIVERED,
    "4": Where.RETURNED,
    "5": Where.DELIVERING,
    "6": Where.RETURNING,
    "7": Where.IN_TRANSIT,
    "8": Where.IN_TRANSIT,
    "14": Where.REFUSED,
    "501": Where.IN_LOCKER,
}
_THREE_DIGITS = 3
_WORDS = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "清关": "8",
    "拒签": "14",
}
"""How a row of the history names its state."""


@dataclass(frozen=True)
class Credentials:
    """The key, and the number of the customer (customer) that signs questions; subscribing needs the key alone."""

    key: str
    customer: str = field(default="", repr=False)


class Kuaidi100Tracker:
    """A `Tracker` for one company."""

    def __init__(
        self, credentials: Credentials, *, base_url: str = PRODUCTION_URL, timeout: float = TIMEOUT_S
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._credentials = credentials
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._circuit = circuit_of(self._base_url, credentials.key, "tracking")

    def ask(self, question: Question) -> Report:
        """Where the parcel is; raises as `Tracker.ask` says, `BadCredentials` without a customer number."""
        if not self._credentials.customer:
            raise BadCredentials("Without the customer number nothing can be asked.")
        param = _write_question(question) | {"resultv2": "4", "show": "0", "order": "desc"}
        text = json.dumps(param, ensure_ascii=False, separators=(",", ":"))
        customer = self._credentials.customer
        form = {"customer": customer, "sign": sign(text, self._credentials.key, customer), "param": text}
        answer = self._post(ASK_PATH, form)
        if answer.get("result") is False and read_fact(answer, "returnCode") == NO_NEWS:
            return Report(question.provider_courier, question.tracking_no, ())
        _check_answer(answer)
        if read_fact(answer, "nu") != question.tracking_no:
            raise Unknown("The answer speaks of another parcel.")
        return read_report(answer, datetime.now().astimezone())

    def subscribe(self, question: Question) -> None:
        """Have news pushed; that it was subscribed to before is as good."""
        if not question.salt:
            raise BadCredentials("Without a salt nobody could believe what is pushed.")
        parameters = {
            "callbackurl": question.callback_url,
            "salt": question.salt,
            "resultv2": "4",
            "phone": question.phone_tail,
        }
        param = {
            "company": question.provider_courier,
            "number": question.tracking_no,
            "key": self._credentials.key,
            "parameters": leave_out_empty(parameters),
        }
        answer = self._post(
            SUBSCRIBE_PATH, {"schema": "json", "param": json.dumps(param, ensure_ascii=False)}
        )
        if read_fact(answer, "returnCode") != SUBSCRIBED_BEFORE:
            _check_subscribed(answer)

    def _post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        request = Request("POST", self._base_url, path, FORM_HEADERS, urlencode(form).encode())
        with self._circuit.call():
            answer = send(request, timeout=self._timeout)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The provider answered HTTP {answer.status}.")
            return parse_object(answer.body)


def sign(*parts: str) -> str:
    """MD5 in upper-case hexadecimal over all parts."""
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest().upper()


def _write_question(question: Question) -> dict[str, Any]:
    fields = {"com": question.provider_courier, "num": question.tracking_no, "phone": question.phone_tail}
    return leave_out_empty(fields)


def _check_answer(answer: dict[str, Any]) -> None:
    if read_fact(answer, "status") == DONE and read_fact(answer, "message").lower() == "ok":
        return
    _refuse(answer)


def _check_subscribed(answer: dict[str, Any]) -> None:
    if answer.get("result") is True and read_fact(answer, "returnCode") == DONE:
        return
    _refuse(answer)


def _refuse(answer: dict[str, Any]) -> None:
    code = read_fact(answer, "returnCode")
    if answer.get("result") is not False or not code or code in SICK_CODES:
        raise Unknown(f"The answer does not say what became of it ({code}).")
    raise Rejected(code, read_fact(answer, "message", 200), HTTPStatus.OK)


def open_push(body: bytes, salt: str) -> str:
    """The param of a push whose signature fits. Raises `BadSignature`, `Unknown` for what is no push."""
    form = read_form(body)
    text, given = form.get("param", ""), form.get("sign", "").upper()
    if not salt or not hmac.compare_digest(sign(text, salt).encode(), given.encode()):
        raise BadSignature("signature", "The signature of the push does not fit.")
    return text


def read_push(text: str, now: datetime) -> list[Report]:
    """The parcel of an opened push. Raises `Unknown` for what is none."""
    push = parse_object(text.encode())
    result = push.get("lastResult")
    if not isinstance(result, dict):
        return []
    report = read_report(result, now)
    return [replace(report, is_over=read_fact(push, "status") in ENDED)]


def read_report(fact: dict[str, Any], now: datetime) -> Report:
    """The state is that of the newest row; others have one by name, where the provider was asked for it."""
    history = keep_newest(_list_news(fact, now))
    if history and (code := read_fact(fact, "state")):
        history = (*history[:-1], replace(history[-1], where=find_where(code), code=shorten_code(code)))
    return Report(read_fact(fact, "com"), read_fact(fact, "nu"), history)


def _list_news(fact: dict[str, Any], now: datetime) -> Iterator[News]:
    for row in list_rows(fact.get("data")):
        names = _NAMES if "ftime" in row else ("time", *_NAMES[1:])
        if news := read_news(row, names, now):
            code = read_fact(row, "statusCode") or _WORDS.get(read_fact(row, "status"), "")
            yield replace(news, where=find_where(code), code=shorten_code(code)) if code else news


def find_where(code: str) -> Where:
    """By the code itself, a finer one of three digits by its first; what is not known is on its way."""
    coarse = code[0] if len(code) == _THREE_DIGITS and code.isdigit() else ""
    return _STATES.get(code) or _STATES.get(coarse, Where.IN_TRANSIT)
