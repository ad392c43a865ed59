"""What a gateway may say of an attempt to pay, whichever it is."""

from dataclasses import dataclass
from datetime import datetime

from shop.clients.errors import Unknown
from shop.clients.payment_facts import Transaction


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
    """The gateway will take no money for the attempt any more.

    But for one that `may_be_opened`: nobody has opened its code yet, so that the gateway knows of nothing that could
    be closed, and whoever has kept the code may still pay until it lapses.
    """

    may_be_opened: bool = False


@dataclass(frozen=True)
class StillOpen:
    """The attempt can still be paid, or nobody knows: the gateway was not asked, or did not say (`is_unheard`).

    `is_unopened`: the gateway does not know of it yet.
    """

    is_unheard: bool = False
    is_unopened: bool = False


Outcome = PaymentEvidence | Closed | StillOpen


class OtherMerchant(Unknown):
    """The shop has no credentials of this payment's merchant any more: what became of it cannot be asked.

    With other credentials the gateway would truly answer that it knows of no such payment, which says nothing about
    the money.
    """


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
