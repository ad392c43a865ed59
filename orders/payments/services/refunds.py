"""Refunds: decided under the order's lock with a number of their own, sent until the gateway has said done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import move
from orders.payments.ledger import give_back
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.numbers import number_refund
from orders.spending import keep_spending
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.events.models import Event
from shop.events.services import seal_words
from shop.store.choices import PayMethod

SENDABLE = (RefundState.COMMITTED, RefundState.PROCESSING)
ENDED_WITHOUT = frozenset({"ABNORMAL", "CLOSED"})
"""What the gateway calls a refund that it has taken in and will not carry out."""
PAYABLE_BY_HAND = (RefundState.TO_PAY_OUT, RefundState.FAILED)
BACKUP_AFTER = timedelta(seconds=30)
"""The task is enqueued by the event; the timer takes over when it did not come through."""


@dataclass(frozen=True)
class RefundOf:
    """What a refund that cancels nothing is for: `shares` are line id → fen, the rest of the amount is freight.

    `is_goodwill`: it is for no line and no freight. `notice` is what the buyer reads.
    """

    is_goodwill: bool = False
    shares: Mapping[int, int] = field(default_factory=dict)
    notice: str = ""

    def describe(self) -> dict[str, object]:
        shares = {str(line_id): fen for line_id, fen in self.shares.items() if fen}
        found = {"shares": shares, "is_goodwill": self.is_goodwill}
        return {name: value for name, value in found.items() if value}


def commit_refund(
    order: Order,
    payment: Payment,
    *,
    amount_fen: int,
    reason: str,
    actor: Actor,
    of: RefundOf | None = None,
) -> Refund:
    """Decide to give `amount_fen` of a payment back by its own route, inside a verb that holds the order's lock.

    What was paid from a balance is back at once. `of` where nothing was cancelled; the caller books it on the lines.
    Raises Refused `over_refundable`, `over_refund_limit` (403).
    """
    if not 0 < amount_fen <= payment.refundable_fen:
        raise Refused("over_refundable", _("More than what is left of the payment cannot be refunded."))
    _check_limit_of_order(order, actor, amount_fen)
    moment = clock.now()
    by_gateway = payment.method == PayMethod.WECHAT
    by_hand = payment.method not in (PayMethod.WECHAT, PayMethod.BALANCE)
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        number=number_refund(order),
        amount_fen=amount_fen,
        reason=keep_reason(order, reason),
        is_goodwill=of is not None and of.is_goodwill,
        state=RefundState.TO_PAY_OUT if by_hand else RefundState.COMMITTED,
        created_at=moment,
        next_try_at=moment + BACKUP_AFTER if by_gateway else None,
        sending_since=moment if by_gateway else None,
    )
    payment.refunding_fen += amount_fen
    payment.save(update_fields=["refunding_fen"])
    # A cancellation says itself why, and what the buyer is told.
    data = describe_refund(refund) | (of.describe() if of else {})
    sealed = seal_words(order, reason=refund.reason, notice=of.notice) if of else ""
    move(order, "order.refund", actor=actor, data=data, sealed=sealed)
    if payment.method == PayMethod.BALANCE:
        give_back(order, refund, actor=actor)
        finish_refund(order, refund, actor=SYSTEM)
    return refund


def keep_reason(order: Order, reason: str) -> str:
    """What is stored of a reason: nothing about a buyer who was erased, whose money goes back all the same."""
    return reason[:80] if order.read_secret() else ""


def describe_refund(refund: Refund) -> dict[str, object]:
    return {"refund_id": refund.pk, "number": refund.number, "amount_fen": refund.amount_fen}


def check_refund_limit(actor: Actor, amount_fen: int) -> None:
    """Raise Refused `over_refund_limit` (403) when this member of staff may not refund so much of one order."""
    limit = actor.refund_limit_fen
    if actor.kind == ActorKind.STAFF and limit is not None and amount_fen > limit:
        message = _("This is more than you may refund. Ask a manager.")
        raise Refused("over_refund_limit", message, 403, limit_fen=limit)


def _check_limit_of_order(order: Order, actor: Actor, amount_fen: int) -> None:
    """The limit is one per order, however many refunds it is split into; the order is locked."""
    if actor.kind == ActorKind.STAFF and actor.refund_limit_fen is not None:
        check_refund_limit(actor, sum_decided(order, actor) + amount_fen)


def sum_decided(order: Order, actor: Actor) -> int:
    """What this person has decided to refund of the order until now."""
    decided = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb="order.refund")
    own = decided.filter(actor_kind=actor.kind, actor_id=actor.id)
    return sum(event.data["amount_fen"] for event in own)


def refund_share(
    order: Order, *, amount_fen: int, reason: str, actor: Actor, of: RefundOf | None = None
) -> None:
    """Give `amount_fen` of what was paid for a locked order back, newest payments first; `of` as in `commit_refund`."""
    _check_limit_of_order(order, actor, amount_fen)
    left = amount_fen
    for payment in order.payments.select_for_update().filter(counts=True).order_by("-id"):
        part = min(left, payment.refundable_fen)
        if part:
            commit_refund(order, payment, amount_fen=part, reason=reason, actor=actor, of=of)
            # Said once, however many payments it is taken from.
            of = of and RefundOf(is_goodwill=of.is_goodwill)
            left -= part
    if left:
        raise Refused("over_refundable", _("More than what is left of the payment cannot be refunded."))


def finish_refund(order: Order, refund: Refund, *, actor: Actor, verb: str = "order.refund_done") -> None:
    """The money is back: sums of payment and order, state and event in one transaction."""
    refund.state = RefundState.DONE
    refund.finished_at, refund.next_try_at, refund.last_error = clock.now(), None, ""
    refund.lease_until, refund.stuck_at = None, None
    refund.save()
    payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
    payment.refunding_fen -= refund.amount_fen
    payment.refunded_fen += refund.amount_fen
    payment.save(update_fields=["refunding_fen", "refunded_fen"])
    raised = order.refunded_fen + (refund.amount_fen if payment.counts else 0)
    move(order, verb, actor=actor, changes={"refunded_fen": raised}, data=describe_refund(refund))
    keep_spending(order.customer_id)


def check_merchant(mchid: str, attempt: PayAttempt | None) -> None:
    """Raise Refused `other_merchant` when one merchant's gateway speaks of what was paid to another."""
    if mchid and attempt and attempt.mchid not in ("", mchid):
        raise Refused("other_merchant", _("This payment belongs to another merchant number."))
