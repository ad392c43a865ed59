"""The payment gateways as the shop is set up to use them, and their answers as facts.

Which one is asked is told by the method of the attempt or the payment; how, by its file in `gateways/`.
"""

from datetime import timedelta
from typing import NamedTuple

from orders.payments.gateways.alipay import ALIPAY
from orders.payments.gateways.facts import (
    Closed,
    OtherMerchant,
    Outcome,
    PaymentEvidence,
    StillOpen,
    evidence_of,
)
from orders.payments.gateways.interface import Announced, AnyGateway, Client
from orders.payments.gateways.known import GATEWAYS, gateway_of
from orders.payments.gateways.wechat import WECHAT
from orders.payments.line import asking
from orders.payments.models import PayAttempt, Refund
from shop import clock
from shop.clients.circuit import Crowded, Resting
from shop.clients.errors import ClientError, Rejected
from shop.clients.payment_facts import CLOSED_STATES, PAID_STATES, Transaction
from shop.clients.payment_facts import Refund as GatewayRefund
from shop.errors import Refused
from shop.store.choices import PayMethod

__all__ = [
    "PAID_STATES",
    "Closed",
    "Found",
    "OtherMerchant",
    "Outcome",
    "PaymentEvidence",
    "StillOpen",
    "ask_and_close",
    "create_at_gateway",
    "evidence_of",
    "find_transaction",
    "list_gateways",
    "open_gateway_for_refund",
    "open_gateway_of",
    "probe",
    "query_and_close",
    "query_attempt",
    "query_refund",
]

LAPSED_AFTER = timedelta(minutes=2)
"""So long after its time a code is taken for lapsed, as the gateway's clock may be another."""


def open_gateway_of(attempt: PayAttempt) -> Client:
    """A client for a payment's own merchant and app, with the credentials of then if need be.

    Raises OtherMerchant, Refused `…_not_set_up`.
    """
    client: Client = gateway_of(attempt.method).open_by(
        lambda made: not attempt.mchid or (made.mchid, made.appid) == (attempt.mchid, attempt.appid)
    )
    return client


def open_gateway_for_refund(
    attempt: PayAttempt | None, *, method: PayMethod | str = PayMethod.WECHAT
) -> Client:
    """A client for refunds of a payment, which only its merchant can make. Raises as `open_gateway_of`."""
    mchid = attempt.mchid if attempt else ""
    client: Client = gateway_of(method).open_by(lambda made: mchid in ("", made.mchid))
    return client


def list_gateways() -> list[Client]:
    """A client for each merchant number and app the shop has or had, of every gateway. Raises `…_not_set_up`."""
    return [client for _gateway, client in _list_open()]


def _list_open() -> list[tuple[AnyGateway, Client]]:
    clients, refusals = [], []
    for gateway in GATEWAYS.values():
        try:
            clients += [(gateway, client) for client in gateway.list_clients()]
        except Refused as refused:
            refusals.append(refused)
    if not clients:
        raise refusals[0]
    return clients


def create_at_gateway(attempt: PayAttempt, *, told: Announced) -> str:
    """The prepay id of an attempt, what its code says, or where a browser is led, by its channel.

    Raises ClientError, Refused.
    """
    client = open_gateway_of(attempt)
    with asking(attempt.mchid):
        return gateway_of(attempt.method).announce(client, attempt, told)


def query_attempt(attempt: PayAttempt) -> Outcome:
    """Ask the gateway about an attempt. Raises ClientError, Refused."""
    client = open_gateway_of(attempt)
    with asking(attempt.mchid):
        transaction = client.query(attempt.number)
    if transaction is None:
        return _judge_unknown(attempt)
    if transaction.state in CLOSED_STATES:
        return Closed()
    return evidence_of(transaction, mchid=attempt.mchid) if transaction.state in PAID_STATES else StillOpen()


def _judge_unknown(attempt: PayAttempt) -> Outcome:
    """What the gateway does not know cannot be paid, but for a code that nobody has opened and that is still good."""
    is_good = attempt.expires_at + LAPSED_AFTER > clock.now()
    return (
        StillOpen(is_unopened=True) if gateway_of(attempt.method).is_made_by_opening and is_good else Closed()
    )


class Found(NamedTuple):
    """A payment at a gateway, and whose it is."""

    transaction: Transaction
    mchid: str
    method: PayMethod


def find_transaction(number: str) -> Found | None:
    """What any merchant of the shop knows of our number or the gateway's own, and which.

    Raises ClientError where none knows of it and one of them did not say, Refused.
    """
    failure: ClientError | None = None
    for gateway, client in _list_open():
        try:
            with asking(client.mchid):
                found = client.query(number) if "-" in number else client.query_trade(number)
        except ClientError as error:
            failure = failure or error
            continue
        if found is not None:
            return Found(found, client.mchid, gateway.method)
    if failure:
        raise failure
    return None


def probe(mchid: str) -> None:
    """Find out whether a merchant's gateway answers. Raises ClientError, Refused."""
    for _gateway, client in _list_open():
        if mchid in ("", client.mchid):
            with asking(mchid):
                client.test_connection()
            return
    raise OtherMerchant("The shop has no credentials of this merchant.")


def find_refund(number: str, *, mchid: str) -> GatewayRefund | None:
    """What WeChat Pay knows of a merchant's refund number, ours or not. Raises ClientError, Refused."""
    client = WECHAT.open_by(lambda made: made.mchid == mchid)
    with asking(mchid):
        return client.query_refund(number)


def find_alipay_refund(trade_no: str, number: str, *, mchid: str) -> GatewayRefund | None:
    """What Alipay knows of a refund of one of its payments, ours or not. Raises ClientError, Refused."""
    client = ALIPAY.open_by(lambda made: made.mchid == mchid)
    with asking(mchid):
        return client.query_refund(trade_no=trade_no, refund_number=number)


def query_refund(refund: Refund) -> GatewayRefund | None:
    """What the gateway knows of a refund, None if nothing. Raises ClientError, Refused."""
    attempt, method = refund.payment.attempt, refund.payment.method
    client = open_gateway_for_refund(attempt, method=method)
    with asking(attempt.mchid if attempt else ""):
        return gateway_of(method).query_refund(client, refund)


def query_and_close(attempt: PayAttempt) -> Outcome:
    """As `ask_and_close`, but never raises: what went wrong on the way is `StillOpen`."""
    try:
        return ask_and_close(attempt)
    except (Crowded, Resting):
        return StillOpen()
    except (ClientError, Refused):
        return StillOpen(is_unheard=True)


def ask_and_close(attempt: PayAttempt) -> Outcome:
    """Ask first, then close. Raises ClientError, Refused `…_not_set_up`."""
    outcome = query_attempt(attempt)
    return _close(attempt) if isinstance(outcome, StillOpen) else outcome


def _close(attempt: PayAttempt) -> Outcome:
    client = open_gateway_of(attempt)
    try:
        with asking(attempt.mchid):
            client.close(attempt.number)
    except Rejected:
        # Paid, closed or not even opened in between: the query says which.
        outcome = query_attempt(attempt)
        is_unopened = isinstance(outcome, StillOpen) and outcome.is_unopened
        return Closed(may_be_opened=True) if is_unopened else outcome
    return Closed()
