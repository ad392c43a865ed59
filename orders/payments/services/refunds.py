"""Refunds: decided under the order's lock with a number of their own, sent until the gateway has said done."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_order, move
from orders.payments.ledger import give_back
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.numbers import number_refund
from orders.spending import keep_spending
from shop import clock
from shop.access import require
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.events.models import Event
from shop.store.choices import PayMethod

SENDABLE = (RefundState.COMMITTED, RefundState.PROCESSING)
ENDED_WITHOUT = frozenset({"ABNORMAL", "CLOSED"})
"""What the gateway calls a refund that it has taken in and will not carry out."""
PAYABLE_BY_HAND = (RefundState.TO_PAY_OUT, RefundState.FAILED)
BACKUP_AFTER = timedelta(seconds=30)
"""The task is enqueued by the event; the timer takes over when it did not come through."""


def refund_payment(payment_id: int, *, amount_fen: int, reason: str, actor: Actor) -> Refund:
    """Decide to give `amount_fen` of a payment back by its own route, for no line in particular.

    Raises Refused `forbidden` (403), `over_refundable`, `over_refund_limit` (403).
    """
    require(actor, "orders.refund")
    with transaction.atomic():
        order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
        order = lock_order(order_id, "order.refund", actor=actor)
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        return commit_refund(
            order, payment, amount_fen=amount_fen, reason=reason, actor=actor, is_goodwill=True
        )


def commit_refund(
    order: Order,
    payment: Payment,
    *,
    amount_fen: int,
    reason: str,
    actor: Actor,
    is_goodwill: bool = False,
) -> Refund:
    """As `refund_payment`, inside a verb that holds the order's lock. What was paid from a balance is back at once.

    `is_goodwill`: it is for no line of the order.
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
        is_goodwill=is_goodwill,
        state=RefundState.TO_PAY_OUT if by_hand else RefundState.COMMITTED,
        created_at=moment,
        next_try_at=moment + BACKUP_AFTER if by_gateway else None,
        sending_since=moment if by_gateway else None,
    )
    payment.refunding_fen += amount_fen
    payment.save(update_fields=["refunding_fen"])
    move(order, "order.refund", actor=actor, data=describe_refund(refund))
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
        check_refund_limit(actor, _sum_decided(order, actor) + amount_fen)


def _sum_decided(order: Order, actor: Actor) -> int:
    decided = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb="order.refund")
    own = decided.filter(actor_kind=actor.kind, actor_id=actor.id)
    return sum(event.data["amount_fen"] for event in own)


def refund_share(order: Order, *, amount_fen: int, reason: str, actor: Actor) -> None:
    """Give `amount_fen` of what was paid for a locked order back, newest payments first."""
    _check_limit_of_order(order, actor, amount_fen)
    left = amount_fen
    for payment in order.payments.select_for_update().filter(counts=True).order_by("-id"):
        part = min(left, payment.refundable_fen)
        if part:
            commit_refund(order, payment, amount_fen=part, reason=reason, actor=actor)
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
