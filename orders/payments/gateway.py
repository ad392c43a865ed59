"""The payment gateway as the shop is set up to use it, and its answers as facts."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from orders.payments.models import PayAttempt
from shop.clients.errors import ClientError, Rejected, Unknown
from shop.clients.wechat_pay import Transaction, WeChatPay
from shop.errors import Refused
from shop.store.selectors import get_wechat_pay

PAID_STATES = frozenset({"SUCCESS", "REFUND"})
CLOSED_STATES = frozenset({"CLOSED", "REVOKED"})
PAY_NOTICE_PATH = "/hooks/wechat-pay/payments"
REFUND_NOTICE_PATH = "/hooks/wechat-pay/refunds"


@dataclass(frozen=True)
class PaymentEvidence:
    """A gateway says that an attempt was paid: by callback, query or bill.

    `was_refunded`: since then some or all of it went back there.
    """

    attempt_number: str
    trade_no: str
    amount_fen: int
    paid_at: datetime | None = None
    was_refunded: bool = False


@dataclass(frozen=True)
class Closed:
    """The gateway will take no money for the attempt any more."""


@dataclass(frozen=True)
class StillOpen:
    """The attempt can still be paid, or nobody knows: the gateway did not say."""


Outcome = PaymentEvidence | Closed | StillOpen


def open_gateway() -> WeChatPay:
    """A client with the shop's credentials. Raises Refused `wechat_not_set_up`."""
    client, _account = get_wechat_pay(base_url=settings.WECHAT_PAY_URL)
    return client


class OtherMerchant(Unknown):
    """The shop has other credentials now: what became of this payment there cannot be asked with them.

    The gateway would truly answer that it knows of no such payment, which says nothing about the money.
    """


def open_gateway_of(attempt: PayAttempt) -> WeChatPay:
    """A client for a payment's own merchant. Raises OtherMerchant, Refused `wechat_not_set_up`."""
    client, account = get_wechat_pay(base_url=settings.WECHAT_PAY_URL)
    if attempt.mchid and (attempt.mchid, attempt.appid) != (account.mchid, account.appid):
        raise OtherMerchant("The payment belongs to other credentials.")
    return client


def open_gateway_for_refund(attempt: PayAttempt | None) -> WeChatPay:
    """A client for refunds of a payment, which only its merchant can make. Raises as `open_gateway_of`."""
    client, account = get_wechat_pay(base_url=settings.WECHAT_PAY_URL)
    if attempt and attempt.mchid not in ("", account.mchid):
        raise OtherMerchant("The payment belongs to another merchant.")
    return client


def evidence_of(transaction: Transaction) -> PaymentEvidence:
    return PaymentEvidence(
        attempt_number=transaction.number,
        trade_no=transaction.trade_no,
        amount_fen=transaction.amount_fen,
        paid_at=transaction.paid_at,
        was_refunded=transaction.state == "REFUND",
    )


def query_attempt(attempt: PayAttempt) -> Outcome:
    """Ask the gateway about an attempt; an order it does not know cannot be paid. Raises ClientError, Refused."""
    transaction = open_gateway_of(attempt).query(attempt.number)
    if transaction is None or transaction.state in CLOSED_STATES:
        return Closed()
    return evidence_of(transaction) if transaction.state in PAID_STATES else StillOpen()


def query_and_close(attempt: PayAttempt) -> Outcome:
    """As `ask_and_close`, but never raises: what went wrong on the way is `StillOpen`."""
    try:
        return ask_and_close(attempt)
    except (ClientError, Refused):
        return StillOpen()


def ask_and_close(attempt: PayAttempt) -> Outcome:
    """Ask first, then close. Raises ClientError, Refused `wechat_not_set_up`."""
    outcome = query_attempt(attempt)
    return _close(attempt) if isinstance(outcome, StillOpen) else outcome


def _close(attempt: PayAttempt) -> Outcome:
    try:
        open_gateway_of(attempt).close(attempt.number)
    except Rejected:
        # Paid or closed in between: the query says which.
        return query_attempt(attempt)
    return Closed()
