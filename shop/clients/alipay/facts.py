"""Payments and refunds as Alipay tells them, read strictly: an odd or missing field is `Unknown`.

Its sums are yuan with two decimals and its times Beijing's without saying so, whatever zone the process is in.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from shop.clients.errors import Unknown
from shop.clients.payment_facts import Refund, Transaction

BEIJING = timezone(timedelta(hours=8))
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
WAITING, SUCCESS, FINISHED, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"
_STATES = {WAITING: "NOTPAY", SUCCESS: "SUCCESS", FINISHED: "SUCCESS"}
_YUAN = re.compile(r"(0|[1-9][0-9]{0,8})\.([0-9]{2})")


def write_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def read_yuan(fact: Mapping[str, Any], name: str) -> int:
    """A sum above nothing, in fen."""
    found = _YUAN.fullmatch(take_text(fact, name))
    fen = int(found[1]) * 100 + int(found[2]) if found else 0
    if not fen:
        raise Unknown("The sum is not readable.")
    return fen


def write_time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime(TIME_FORMAT)


def read_time(text: str) -> datetime:
    try:
        moment = datetime.strptime(text, TIME_FORMAT).replace(tzinfo=BEIJING)
    except ValueError:
        raise Unknown("A time is not readable.") from None
    if not 2000 <= moment.year < 3000:
        raise Unknown("A time is of another age.")
    return moment


def read_trade(fact: Mapping[str, Any], *, paid_at_name: str) -> Transaction:
    """A payment from a query's answer or a notice, which name the moment of payment differently.

    A payment that was refunded in full is closed there too; it differs from one that nobody paid by that moment.
    """
    status, paid = take_text(fact, "trade_status"), fact.get(paid_at_name)
    if status not in (*_STATES, CLOSED):
        raise Unknown("The state of the payment is not known.")
    state = _STATES.get(status) or ("REFUND" if paid else "CLOSED")
    is_paid = state in ("SUCCESS", "REFUND")
    if is_paid and not isinstance(paid, str):
        raise Unknown("The message lacks the time of payment.")
    return Transaction(
        number=take_number(fact, "out_trade_no"),
        trade_no=take_number(fact, "trade_no"),
        state=state,
        amount_fen=read_yuan(fact, "total_amount"),
        openid="",
        paid_at=read_time(str(paid)) if is_paid else None,
        raw=dict(fact),
    )


def read_refund(fact: Mapping[str, Any], number: str) -> Refund | None:
    """A refund from the answer to a question; None where Alipay names no state, as it has not been made.

    Alipay has no number of its own for a refund: ours stands for it.
    """
    if not fact.get("refund_status"):
        return None
    if take_text(fact, "refund_status") != "REFUND_SUCCESS":
        raise Unknown("The state of the refund is not known.")
    check_echo(fact, "out_request_no", number)
    finished = fact.get("gmt_refund_pay")
    return Refund(
        number=number,
        refund_id=number,
        status="SUCCESS",
        amount_fen=read_yuan(fact, "refund_amount"),
        finished_at=read_time(str(finished)) if finished else None,
        trade_no=take_number(fact, "trade_no"),
    )


def take_number(fact: Mapping[str, Any], name: str) -> str:
    """A number of Alipay's or of ours; none of them is longer than 64 characters."""
    text = take_text(fact, name)
    if len(text) > 64 or not text.isprintable():
        raise Unknown(f"{name} is not readable.")
    return text


def check_echo(fact: Mapping[str, Any], name: str, expected: str) -> None:
    """Make sure that the answer is about what was asked."""
    if fact.get(name) != expected:
        raise Unknown("The answer speaks of another number.")


def take_text(fact: Mapping[str, Any], name: str) -> str:
    """A text that must be there."""
    value = fact.get(name)
    if not isinstance(value, str) or not value:
        raise Unknown(f"The message lacks {name}.")
    return value
