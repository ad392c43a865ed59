"""The payment gateway as the shop is set up to use it, and its answers as facts."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings

from orders.payments.line import asking
from orders.payments.models import Channel, PayAttempt, Refund
from shop.clients.circuit import Crowded, Resting
from shop.clients.errors import BadCredentials, BadSignature, ClientError, Rejected, Unknown
from shop.clients.wechat_pay import Credentials, Notice, Transaction, WeChatPay
from shop.clients.wechat_pay import Refund as GatewayRefund
from shop.errors import Refused
from shop.store.credentials import list_sets

PAID_STATES = frozenset({"SUCCESS", "REFUND"})
CLOSED_STATES = frozenset({"CLOSED", "REVOKED"})
PAY_NOTICE_PATH = "/hooks/wechat-pay/payments"
REFUND_NOTICE_PATH = "/hooks/wechat-pay/refunds"


@dataclass(frozen=True)
class PaymentEvidence:
    """A gateway says that an attempt was paid: by callback, query or bill.

    `was_refunded`: since then some or all of it went back there. `mchid` is whose gateway says so, "" where nobody
    but the shop itself could have said it. `openid`: who paid, "" where nobody said.
    """

    attempt_number: str
    trade_no: str
    amount_fen: int
    paid_at: datetime | None = None
    was_refunded: bool = False
    mchid: str = ""
    openid: str = ""


@dataclass(frozen=True)
class Closed:
    """The gateway will take no money for the attempt any more."""


@dataclass(frozen=True)
class StillOpen:
    """The attempt can still be paid, or nobody knows: the gateway was not asked, or did not say (`is_unheard`)."""

    is_unheard: bool = False


Outcome = PaymentEvidence | Closed | StillOpen


class OtherMerchant(Unknown):
    """The shop has no credentials of this payment's merchant any more: what became of it cannot be asked.

    With other credentials the gateway would truly answer that it knows of no such payment, which says nothing about
    the money.
    """


def open_gateway_of(attempt: PayAttempt) -> WeChatPay:
    """A client for a payment's own merchant and mini-program, with the credentials of then if need be.

    Raises OtherMerchant, Refused `wechat_not_set_up`.
    """
    return _open(lambda made: not attempt.mchid or (made.mchid, made.appid) == (attempt.mchid, attempt.appid))


def open_gateway_for_refund(attempt: PayAttempt | None) -> WeChatPay:
    """A client for refunds of a payment, which only its merchant can make. Raises as `open_gateway_of`."""
    mchid = attempt.mchid if attempt else ""
    return _open(lambda made: mchid in ("", made.mchid))


def list_gateways() -> list[WeChatPay]:
    """A client for each merchant number and mini-program the shop has or had. Raises `wechat_not_set_up`."""
    by_account = {(made.mchid, made.appid): made for made in reversed(list_sets())}
    return [WeChatPay(made, base_url=settings.WECHAT_PAY_URL) for made in reversed(by_account.values())]


def _open(fits: Callable[[Credentials], bool]) -> WeChatPay:
    for made in list_sets():
        if fits(made):
            return WeChatPay(made, base_url=settings.WECHAT_PAY_URL)
    raise OtherMerchant("The shop has no credentials of this payment's merchant.")


Content = TypeVar("Content")


def read_notice(
    read: Callable[[WeChatPay, Mapping[str, str], bytes], Notice[Content]],
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[Notice[Content], str]:
    """A callback read with the set of credentials that it was made for, and that set's merchant number.

    Raises as `read` does with the shop's present credentials when none fits; Refused `wechat_not_set_up`.
    """
    serial = {name.lower(): value for name, value in headers.items()}.get("wechatpay-serial", "")
    sets = list_sets()
    for made in sets:
        if serial not in made.platform_keys:
            continue
        with suppress(BadSignature, BadCredentials):
            return read(WeChatPay(made, base_url=settings.WECHAT_PAY_URL), headers, body), made.mchid
    return read(WeChatPay(sets[0], base_url=settings.WECHAT_PAY_URL), headers, body), sets[0].mchid


def evidence_of(transaction: Transaction, *, mchid: str = "") -> PaymentEvidence:
    return PaymentEvidence(
        mchid=mchid,
        attempt_number=transaction.number,
        trade_no=transaction.trade_no,
        amount_fen=transaction.amount_fen,
        paid_at=transaction.paid_at,
        was_refunded=transaction.state == "REFUND",
        openid=transaction.openid,
    )


def create_at_gateway(attempt: PayAttempt, *, description: str, notify_url: str, payer_ip: str = "") -> str:
    """The prepay id of an attempt, what its code says, or where a browser is led, by its channel.

    `payer_ip` is whose browser that is. Raises ClientError, Refused.
    """
    client = open_gateway_of(attempt)
    announced: dict[str, Any] = {
        "number": attempt.number,
        "amount_fen": attempt.amount_fen,
        "description": description,
        "expires_at": attempt.expires_at,
        "notify_url": notify_url,
    }
    with asking(attempt.mchid):
        if attempt.channel == Channel.NATIVE:
            return client.create_native_order(**announced)
        if attempt.channel == Channel.H5:
            return client.create_h5_order(payer_ip=payer_ip, **announced)
        return client.create_jsapi_order(openid=attempt.openid, **announced)


def query_attempt(attempt: PayAttempt) -> Outcome:
    """Ask the gateway about an attempt; an order it does not know cannot be paid. Raises ClientError, Refused."""
    client = open_gateway_of(attempt)
    with asking(attempt.mchid):
        transaction = client.query(attempt.number)
    if transaction is None or transaction.state in CLOSED_STATES:
        return Closed()
    return evidence_of(transaction, mchid=attempt.mchid) if transaction.state in PAID_STATES else StillOpen()


def find_transaction(number: str) -> tuple[Transaction, str] | None:
    """What any merchant of the shop knows of our number or the gateway's own, and which.

    Raises ClientError where none knows of it and one of them did not say, Refused.
    """
    failure: ClientError | None = None
    for client in list_gateways():
        try:
            with asking(client.mchid):
                found = client.query(number) if "-" in number else client.query_trade(number)
        except ClientError as error:
            failure = failure or error
            continue
        if found is not None:
            return found, client.mchid
    if failure:
        raise failure
    return None


def probe(mchid: str) -> None:
    """Find out whether a merchant's gateway answers. Raises ClientError, Refused."""
    client = _open(lambda made: mchid in ("", made.mchid))
    with asking(mchid):
        client.test_connection()


def find_refund(number: str, *, mchid: str) -> GatewayRefund | None:
    """What a merchant's gateway knows of a refund number, ours or not. Raises ClientError, Refused."""
    client = _open(lambda made: made.mchid == mchid)
    with asking(mchid):
        return client.query_refund(number)


def query_refund(refund: Refund) -> GatewayRefund | None:
    """What the gateway knows of a refund, None if nothing. Raises ClientError, Refused."""
    attempt = refund.payment.attempt
    client = open_gateway_for_refund(attempt)
    with asking(attempt.mchid if attempt else ""):
        return client.query_refund(refund.number)


def query_and_close(attempt: PayAttempt) -> Outcome:
    """As `ask_and_close`, but never raises: what went wrong on the way is `StillOpen`."""
    try:
        return ask_and_close(attempt)
    except (Crowded, Resting):
        return StillOpen()
    except (ClientError, Refused):
        return StillOpen(is_unheard=True)


def ask_and_close(attempt: PayAttempt) -> Outcome:
    """Ask first, then close. Raises ClientError, Refused `wechat_not_set_up`."""
    outcome = query_attempt(attempt)
    return _close(attempt) if isinstance(outcome, StillOpen) else outcome


def _close(attempt: PayAttempt) -> Outcome:
    client = open_gateway_of(attempt)
    try:
        with asking(attempt.mchid):
            client.close(attempt.number)
    except Rejected:
        # Paid or closed in between: the query says which.
        return query_attempt(attempt)
    return Closed()
