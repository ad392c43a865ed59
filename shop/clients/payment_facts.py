"""Payments and refunds in the words that the shop has for them, whichever gateway tells of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

PAID_STATES = frozenset({"SUCCESS", "REFUND"})
CLOSED_STATES = frozenset({"CLOSED", "REVOKED"})
REFUND_STATES = frozenset({"SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"})
UNSIGNED_REFUSALS = frozenset({401, 429})
"""Status of a `Rejected` that nobody has signed, "you are not known" and "not so often": neither says what became of
a payment."""

T = TypeVar("T")


@dataclass(frozen=True)
class Transaction:
    """A payment as the gateway tells it.

    `state` is one of SUCCESS, REFUND, NOTPAY, CLOSED, REVOKED, USERPAYING, PAYERROR. Until it is paid
    `trade_no` and `openid` may be empty, `paid_at` is None, and `amount_fen` is 0 where the gateway names no
    sum.
    """

    number: str
    trade_no: str
    state: str
    amount_fen: int
    openid: str
    paid_at: datetime | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Refund:
    """A refund as the gateway tells it: `status` is SUCCESS, CLOSED, PROCESSING or ABNORMAL.

    `trade_no` is the gateway's number of the payment it is of, "" where it does not say.
    """

    number: str
    refund_id: str
    status: str
    amount_fen: int
    finished_at: datetime | None
    trade_no: str = ""


@dataclass(frozen=True)
class Notice(Generic[T]):
    """A proven notify; `nonce` is new in every genuine one, `id` stays when the gateway repeats itself."""

    id: str
    nonce: str
    event_type: str
    content: T
