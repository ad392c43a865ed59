"""Refunds: decided under the order's lock with a number of their own, sent until the gateway has said done."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_order, lock_row, move
from orders.payments.ledger import give_back
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.payments.selectors import is_stuck
from shop import clock
from shop.access import require
from shop.actor import GATEWAY, SYSTEM, Actor, ActorKind
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
    """Decide to give `amount_fen` of a payment back by its own route.

    Raises Refused `forbidden` (403), `over_refundable`, `over_refund_limit` (403).
    """
    require(actor, "orders.refund")
    with transaction.atomic():
        order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
        order = lock_order(order_id, "order.refund", actor=actor)
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        return commit_refund(order, payment, amount_fen=amount_fen, reason=reason, actor=actor)


def commit_refund(order: Order, payment: Payment, *, amount_fen: int, reason: str, actor: Actor) -> Refund:
    """As `refund_payment`, inside a verb that holds the order's lock. What was paid from a balance is back at once."""
    if not 0 < amount_fen <= payment.refundable_fen:
        raise Refused("over_refundable", _("More than what is left of the payment cannot be refunded."))
    _check_limit_of_order(order, actor, amount_fen)
    moment = clock.now()
    by_gateway = payment.method == PayMethod.WECHAT
    by_hand = payment.method not in (PayMethod.WECHAT, PayMethod.BALANCE)
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        number=f"{order.number}R-{order.refunds.count() + 1}",
        amount_fen=amount_fen,
        reason=reason[:80],
        state=RefundState.TO_PAY_OUT if by_hand else RefundState.COMMITTED,
        created_at=moment,
        next_try_at=moment + BACKUP_AFTER if by_gateway else None,
        sending_since=moment if by_gateway else None,
    )
    payment.refunding_fen += amount_fen
    payment.save(update_fields=["refunding_fen"])
    move(order, "order.refund", actor=actor, data=_data(refund))
    if payment.method == PayMethod.BALANCE:
        give_back(order, refund, actor=actor)
        finish_refund(order, refund, actor=SYSTEM)
    return refund


def _data(refund: Refund) -> dict[str, object]:
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


def lease_refund(refund_id: int, *, for_: timedelta = timedelta(seconds=60)) -> Refund | None:
    """Take the only right to talk to the gateway about this refund for a while; None when somebody has it."""
    moment = clock.now()
    sendable = Refund.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment),
        pk=refund_id,
        state__in=SENDABLE,
    )
    if not sendable.update(lease_until=moment + for_, tries=F("tries") + 1):
        return None
    return Refund.objects.select_related("payment__attempt").get(pk=refund_id)


def note_sending(refund: Refund) -> None:
    """From now on the gateway may have it: it is asked about before it is sent again."""
    Refund.objects.filter(pk=refund.pk, sent_at=None).update(sent_at=clock.now())


def refuse_refund(refund: Refund, *, why: str) -> None:
    """The gateway has refused this try, so nothing is on its way: a person decides.

    Without effect when the lease has passed to another try, or the gateway's notice was faster.
    """
    with transaction.atomic():
        order = lock_row(refund.order_id)
        mine = Refund.objects.select_for_update().filter(pk=refund.pk, tries=refund.tries, state__in=SENDABLE)
        if current := mine.first():
            fail_refund(order, current, why=why, actor=GATEWAY)


def put_off_refund(refund: Refund, *, error: str) -> None:
    """Nothing is known or the gateway is busy: the same number is tried again later.

    Without effect when the lease has passed to another try, or the gateway's notice was faster.
    """
    wait = min(15 * 2 ** min(refund.tries, 6), 600)
    mine = Refund.objects.filter(pk=refund.pk, tries=refund.tries, state__in=SENDABLE)
    mine.update(lease_until=None, next_try_at=clock.now() + timedelta(seconds=wait), last_error=error[:200])


def apply_refund_evidence(
    number: str,
    *,
    status: str,
    actor: Actor,
    amount_fen: int | None = None,
    gateway_id: str = "",
    mchid: str = "",
    tries: int | None = None,
) -> Refund:
    """Record what the gateway says of a refund (SUCCESS, PROCESSING, ABNORMAL, CLOSED), once.

    `amount_fen` where it names one; `tries` of the try that asked: what an overtaken one heard counts only where
    the money is back; `mchid` where a callback says whose it is. Raises Refused `unknown_refund` (404),
    `amount_mismatch`, `other_merchant`, `unknown_status` (400).
    """
    with transaction.atomic():
        found = Refund.objects.select_related("payment__attempt").filter(number=number).first()
        if found is None:
            raise Refused("unknown_refund", _("There is no such refund."), 404)
        check_merchant(mchid, found.payment.attempt)
        if amount_fen not in (None, found.amount_fen):
            raise Refused("amount_mismatch", _("The amount is not the one that was asked for."))
        order = lock_row(found.order_id)
        refund = Refund.objects.select_for_update().get(pk=found.pk)
        if refund.state == RefundState.DONE:
            if status == "SUCCESS":
                _note_paid_twice(order, refund, actor=actor)
            return refund
        if status != "SUCCESS" and tries not in (None, refund.tries):
            return refund
        refund.gateway_id = gateway_id or refund.gateway_id
        _apply_status(order, refund, status, actor)
    return refund


def check_merchant(mchid: str, attempt: PayAttempt | None) -> None:
    """Raise Refused `other_merchant` when one merchant's gateway speaks of what was paid to another."""
    if mchid and attempt and attempt.mchid not in ("", mchid):
        raise Refused("other_merchant", _("This payment belongs to another merchant number."))


def _apply_status(order: Order, refund: Refund, status: str, actor: Actor) -> None:
    if status == "SUCCESS":
        finish_refund(order, refund, actor=actor)
    elif status in ENDED_WITHOUT:
        fail_refund(order, refund, why=status, actor=actor)
    elif status != "PROCESSING":
        raise Refused("unknown_status", _("The gateway speaks of a state that is not known."), 400)
    elif refund.state in SENDABLE:
        refund.state, refund.lease_until = RefundState.PROCESSING, None
        refund.next_try_at = clock.now() + timedelta(seconds=60)
        refund.save()


def _note_paid_twice(order: Order, refund: Refund, *, actor: Actor) -> None:
    """The gateway has paid what finance had paid out by hand: once on record, and somebody asks the buyer."""
    is_by_hand = bool(refund.reference)
    if not is_by_hand or refund.paid_twice_at:
        return
    refund.paid_twice_at = clock.now()
    refund.save(update_fields=["paid_twice_at"])
    move(order, "order.refund_twice", actor=actor, data=_data(refund) | {"reference": refund.reference})


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
    move(order, verb, actor=actor, changes={"refunded_fen": raised}, data=_data(refund))


def fail_refund(order: Order, refund: Refund, *, why: str, actor: Actor) -> None:
    """The gateway will not do it by itself: a person decides; a retry keeps the number."""
    if refund.state == RefundState.FAILED:
        return
    refund.state = RefundState.FAILED
    refund.next_try_at, refund.lease_until, refund.last_error = None, None, why[:200]
    refund.stuck_at = None
    refund.save()
    move(order, "order.refund_fail", actor=actor, data=_data(refund) | {"why": why[:100]})


def call_for_refund(refund_id: int) -> None:
    """Tell people, once, of a refund that does not come through; it is tried on and not to be paid out by hand."""
    with transaction.atomic():
        order = lock_row(Refund.objects.values_list("order_id", flat=True).get(pk=refund_id))
        refund = Refund.objects.select_for_update().filter(is_stuck(clock.now()), pk=refund_id).first()
        if refund is None:
            return
        refund.stuck_at = clock.now()
        refund.save(update_fields=["stuck_at"])
        data = _data(refund) | {"why": refund.last_error[:100]}
        move(order, "order.refund_stuck", actor=SYSTEM, data=data)


def retry_refund(refund_id: int, *, actor: Actor) -> Refund:
    """Try a failed refund again under its old number. Raises Refused `not_failed`."""
    with transaction.atomic():
        order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
        order = lock_order(order_id, "order.retry_refund", actor=actor)
        refund = Refund.objects.select_for_update().get(pk=refund_id)
        if refund.state != RefundState.FAILED:
            raise Refused("not_failed", _("This refund has not failed."))
        refund.state, refund.sending_since = RefundState.COMMITTED, clock.now()
        refund.next_try_at = refund.sending_since + BACKUP_AFTER
        refund.save()
        move(order, "order.retry_refund", actor=actor, data=_data(refund))
    return refund


def pay_out_refund(refund_id: int, *, reference: str, actor: Actor) -> Refund:
    """Finance has paid by hand: cash and transfers, or what the gateway will not refund any more.

    Raises Refused `reference_required`, `not_to_pay_out`.
    """
    if not reference.strip():
        raise Refused("reference_required", _("Type the reference of the payout."), 400)
    with transaction.atomic():
        order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
        order = lock_order(order_id, "order.pay_out", actor=actor)
        refund = Refund.objects.select_for_update().get(pk=refund_id)
        if refund.state not in PAYABLE_BY_HAND:
            raise Refused("not_to_pay_out", _("This refund is not waiting to be paid out."))
        refund.reference = reference.strip()[:100]
        finish_refund(order, refund, actor=actor, verb="order.pay_out")
    return refund
