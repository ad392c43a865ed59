"""快递鸟: where a parcel is (1002, 8001), subscribing (1008, 8008), and what it pushes (101, 102).

Which of the two kinds a merchant's plan holds is the site's. Source: 快递鸟 documents 即时查询, 物流跟踪, 推送接口.
Its clients disagree whether a push is URL-encoded once or twice, so that the signature may fit either way.
"""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from shop.clients.errors import BadSignature, Rejected, Unknown
from shop.clients.kdniao import Credentials, KdNiao, sign_data
from shop.clients.tracking.news import (
    MAX_PARCELS,
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
from shop.clients.transport import parse_object
from shop.clients.waybills import leave_out_empty, read_fact

PUSH_KINDS = ("101", "102")
NO_NEWS = ("暂无轨迹", "无轨迹", "暂无物流")
_NAMES = ("AcceptTime", "AcceptStation", "Location")
_STATES = {
    "0": Where.NOTHING,
    "1": Where.COLLECTED,
    "2": Where.IN_TRANSIT,
    "202": Where.DELIVERING,
    "211": Where.IN_LOCKER,
    "3": Where.DELIVERED,
    **dict.fromkeys(("301", "302", "304", "311"), Where.DELIVERED),
    "4": Where.PROBLEM,
    **dict.fromkeys(("401", "402", "403", "405", "407", "412", "413"), Where.PROBLEM),
    "404": Where.REFUSED,
    "406": Where.RETURNED,
}
"""StateEx before State; what is not known is on its way, and its code is kept."""


class KdNiaoTracker(KdNiao):
    """A `Tracker` for one merchant."""

    def ask(self, question: Question) -> Report:
        """Where the parcel is; raises as `Tracker.ask` says."""
        fields = _write_question(question)
        try:
            answer = self._call(self._site.ask_kind, self._site.query_path, fields, _check_success)
        except Rejected as refusal:
            if not any(words in refusal.message for words in NO_NEWS):
                raise
            return Report(question.courier, question.tracking_no, ())
        if read_fact(answer, "LogisticCode") != question.tracking_no:
            raise Unknown("The answer speaks of another parcel.")
        return read_report(answer, datetime.now().astimezone())

    def subscribe(self, question: Question) -> None:
        """Have news pushed to the address that the member centre knows, or the one named here."""
        fields = _write_question(question) | {"Callback": question.callback_url}
        self._call(self._site.subscribe_kind, self._site.subscribe_path, fields, _check_success)


def _write_question(question: Question) -> dict[str, Any]:
    fields = {
        "ShipperCode": question.courier,
        "LogisticCode": question.tracking_no,
        "CustomerName": question.phone_tail,
    }
    return leave_out_empty(fields)


def _check_success(answer: dict[str, Any]) -> dict[str, Any]:
    if not answer["Success"]:
        reason = read_fact(answer, "Reason", 200)
        if not reason:
            raise Unknown("The provider refuses and does not say why.")
        raise Rejected(read_fact(answer, "ResultCode"), reason, 200)
    return answer


def open_push(body: bytes, credentials: Credentials) -> str:
    """The JSON text of a push whose signature fits. Raises `BadSignature`, `Unknown` for what is no push."""
    form = read_form(body)
    text, sign = form.get("RequestData", ""), form.get("DataSign", "")
    for tried, given in ((text, sign), (unquote(text), unquote(sign))):
        expected = sign_data(tried, credentials.api_key)
        if hmac.compare_digest(expected.encode(), given.encode()):
            if form.get("RequestType") not in PUSH_KINDS:
                raise Unknown("A push of a kind that was not asked for.")
            return tried
    raise BadSignature("signature", "The signature of the push does not fit.")


def read_push(text: str, credentials: Credentials, now: datetime) -> list[Report]:
    """The parcels of an opened push. Raises `Unknown` for one of another merchant, or that is none."""
    push = parse_object(text.encode())
    if read_fact(push, "EBusinessID") != credentials.business_id:
        raise Unknown("The push is for another merchant.")
    return [read_report(fact, now) for fact in list_rows(push.get("Data"))[:MAX_PARCELS]]


def read_report(fact: dict[str, Any], now: datetime) -> Report:
    """The state stands beside the history and is that of its newest row; some rows have one of their own."""
    history = keep_newest(_list_news(fact, now))
    code = read_fact(fact, "StateEx") or read_fact(fact, "State")
    if history and code:
        newest = replace(history[-1], where=find_where(code), code=shorten_code(code))
        history = (*history[:-1], newest)
    return Report(read_fact(fact, "ShipperCode"), read_fact(fact, "LogisticCode"), history)


def _list_news(fact: dict[str, Any], now: datetime) -> Iterator[News]:
    for row in list_rows(fact.get("Traces")):
        if news := read_news(row, _NAMES, now):
            code = read_fact(row, "Action")
            yield replace(news, where=find_where(code), code=shorten_code(code)) if code else news


def find_where(code: str) -> Where:
    """By the code itself, else on its way: a parcel of which there is news has left."""
    where = _STATES.get(code, Where.IN_TRANSIT)
    return Where.IN_TRANSIT if where == Where.NOTHING else where
