"""Payments and refunds as WeChat Pay tells them, read strictly: an odd or missing field is `Unknown`."""

from datetime import datetime
from typing import Any

from shop.clients.errors import Unknown
from shop.clients.payment_facts import PAID_STATES, REFUND_STATES, Refund, Transaction


def read_transaction(fact: dict[str, Any]) -> Transaction:
    """A payment from a query's answer or a notify."""
    state = take_text(fact, "trade_state")
    is_paid = state in PAID_STATES
    payer = fact.get("payer") or {}
    if not isinstance(payer, dict):
        raise Unknown("The payer is not readable.")
    return Transaction(
        number=_take_number(fact, "out_trade_no"),
        trade_no=_take_number(fact, "transaction_id") if is_paid else str(fact.get("transaction_id") or ""),
        state=state,
        amount_fen=_read_fen(fact, "total", needs_currency=True) if is_paid or "amount" in fact else 0,
        openid=take_text(payer, "openid") if is_paid else str(payer.get("openid") or ""),
        paid_at=_read_time(take_text(fact, "success_time")) if is_paid else None,
        raw=fact,
    )


def read_refund(fact: dict[str, Any], status_name: str) -> Refund:
    """A refund; its status is called `status` in answers and `refund_status` in notifies."""
    finished, status = fact.get("success_time"), take_text(fact, status_name)
    if status not in REFUND_STATES:
        raise Unknown("The state of the refund is not known.")
    return Refund(
        number=_take_number(fact, "out_refund_no"),
        refund_id=_take_number(fact, "refund_id"),
        status=status,
        amount_fen=_read_fen(fact, "refund"),
        finished_at=_read_time(str(finished)) if finished else None,
        trade_no=str(fact.get("transaction_id") or "")[:64],
    )


def _read_fen(fact: dict[str, Any], name: str, *, needs_currency: bool = False) -> int:
    """The sum in fen. Refund notifies name no currency, so there it is checked only when present."""
    amount = fact.get("amount")
    value = amount.get(name) if isinstance(amount, dict) else None
    if not isinstance(amount, dict) or not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise Unknown("The sum is not readable.")
    if amount.get("currency", None if needs_currency else "CNY") != "CNY":
        raise Unknown("The sum is not in yuan.")
    return value


def _read_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unknown("A time is not readable.") from None
    if moment.tzinfo is None:
        raise Unknown("A time lacks its zone.")
    if not 2000 <= moment.year < 3000:
        raise Unknown("A time is of another age.")
    return moment


def _take_number(fact: dict[str, Any], name: str) -> str:
    """A number of the gateway's or of ours; none of them is longer than 64 characters."""
    text = take_text(fact, name)
    if len(text) > 64 or not text.isprintable():
        raise Unknown(f"{name} is not readable.")
    return text


def check_echo(answer: dict[str, Any], name: str, expected: str) -> None:
    """Make sure that the answer is about what was asked."""
    if answer.get(name) != expected:
        raise Unknown("The answer speaks of another number.")


def take_text(fact: dict[str, Any], name: str) -> str:
    """A text that must be there."""
    value = fact.get(name)
    if not isinstance(value, str) or not value:
        raise Unknown(f"The message lacks {name}.")
    return value
