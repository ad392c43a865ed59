"""Money has come: one function for callback, query and bill, and what happens to money that does not count."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row, move
from orders.payments.gateway import PaymentEvidence
from orders.payments.gateways.known import gateway_of
from orders.payments.models import LIVE, AttemptState, Channel, PayAttempt, Payment, RefundCause
from orders.payments.services.outside import fail_refund
from orders.payments.services.refunds import RefundOf, check_merchant, commit_refund
from orders.services.fulfilment import start_clock, start_fulfilment
from orders.spending import keep_spending
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.errors import Refused

HEARD_SOON = timedelta(minutes=10)
"""Callbacks and queries tell of a payment within this where nothing is wrong."""


class AmountMismatch(Refused):
    """Evidence of another amount than its attempt's (409, `amount_mismatch`): see `report_mismatch`."""

    def __init__(self, evidence: PaymentEvidence) -> None:
        super().__init__("amount_mismatch", _("The amount is not the one that was asked for."))
        self.evidence = evidence


def apply_payment_evidence(evidence: PaymentEvidence) -> Payment:
    """Record that an attempt was paid, exactly once however often and in whatever order one hears of it.

    The amount is compared with the attempt's own. Money for a closed or already paid order, or for a
    superseded attempt, is recorded as not counting and refunded by itself; it revives nothing. Money that
    went back at the gateway before the shop heard of it does not count either, and needs a person.
    Raises Refused `unknown_attempt` (404), `other_attempt`, `other_merchant`, or AmountMismatch.
    """
    with transaction.atomic():
        attempt = PayAttempt.objects.filter(number=evidence.attempt_number).first()
        if attempt is None:
            raise Refused("unknown_attempt", _("There is no such attempt to pay."), 404)
        order = lock_row(attempt.order_id)
        attempt.refresh_from_db()
        check_merchant(evidence.mchid, attempt)
        if evidence.amount_fen != attempt.amount_fen:
            raise AmountMismatch(evidence)
        known = Payment.objects.filter(method=attempt.method, trade_no=evidence.trade_no).first()
        if known is not None:
            if known.attempt_id != attempt.pk:
                raise Refused("other_attempt", _("This payment was made for another attempt."))
            return known
        counts = _counts(order, attempt) and not evidence.was_refunded
        payment = _record(order, attempt, evidence, counts)
        if counts:
            _pay(order, payment)
        else:
            _send_back(order, payment, was_refunded=evidence.was_refunded)
    return payment


def apply_answer(evidence: PaymentEvidence) -> None:
    """As `apply_payment_evidence` for what a query answered, which the gateway will not repeat by itself.

    Where it speaks of another amount, the attempt is over on our side and a person looks at it: nothing waits
    for an answer that cannot become right. Raises Refused `unknown_attempt` (404).
    """
    try:
        apply_payment_evidence(evidence)
    except AmountMismatch:
        report_mismatch(evidence)
        live = PayAttempt.objects.filter(number=evidence.attempt_number, state__in=LIVE)
        live.update(state=AttemptState.CLOSED)
        PayAttempt.objects.filter(number=evidence.attempt_number).update(next_query_at=None)


def report_mismatch(evidence: PaymentEvidence) -> None:
    """Put on the order's record, once per attempt, that the gateway speaks of another amount than was asked for."""
    with transaction.atomic():
        attempt = PayAttempt.objects.get(number=evidence.attempt_number)
        order = lock_row(attempt.order_id)
        if not PayAttempt.objects.filter(pk=attempt.pk, mismatch_at=None).update(mismatch_at=clock.now()):
            return
        data = {
            "amount_fen": evidence.amount_fen,
            "asked_fen": attempt.amount_fen,
            "attempt": attempt.number,
            "trade_no": evidence.trade_no,
        }
        move(order, "order.payment_mismatch", actor=_actor_of(attempt), data=data)


def _actor_of(paid: PayAttempt | Payment) -> Actor:
    return gateway_of(paid.method).actor


def _counts(order: Order, attempt: PayAttempt) -> bool:
    return (
        attempt.state in LIVE
        and order.stage != Stage.CLOSED
        and order.owed_fen == attempt.amount_fen
        and order.owed_fen > 0
    )


def _record(order: Order, attempt: PayAttempt, evidence: PaymentEvidence, counts: bool) -> Payment:
    attempt.state = AttemptState.PAID
    attempt.next_query_at = attempt.unheard_since = attempt.stuck_at = None
    changed = ["state", "next_query_at", "unheard_since", "stuck_at"]
    if attempt.channel != Channel.JSAPI and order.customer.erased_at is None:
        # Whoever scanned it, or had the link, who may be somebody else than the buyer: WeChat is told of them later.
        attempt.openid, changed = evidence.openid[:64], [*changed, "openid"]
    attempt.save(update_fields=changed)
    return Payment.objects.create(
        order=order,
        attempt=attempt,
        method=attempt.method,
        amount_fen=evidence.amount_fen,
        trade_no=evidence.trade_no,
        counts=counts,
        captured_at=evidence.paid_at or clock.now(),
        **_counted_to(attempt),
    )


def _counted_to(attempt: PayAttempt) -> dict[str, Any]:
    """The store and the person whose money it is on the cash sheet, of a code that was shown there."""
    return {
        "store_id": attempt.store_id,
        "collected_by_kind": attempt.shown_by_kind,
        "collected_by_id": attempt.shown_by_id,
        "collected_by_name": attempt.shown_by_name,
    }


def _pay(order: Order, payment: Payment) -> None:
    data = {"amount_fen": payment.amount_fen, "trade_no": payment.trade_no, "method": payment.method}
    data |= {"store": payment.store.name} if payment.store else {}
    was_unpaid = order.stage == Stage.UNPAID
    changes = paid_changes(order, amount_fen=payment.amount_fen, at=payment.captured_at)
    move(order, "order.pay", actor=_actor_of(payment), changes=changes, data=data)
    if was_unpaid:
        start_fulfilment(order)
    keep_spending(order.customer_id)


def paid_changes(order: Order, *, amount_fen: int, at: datetime) -> dict[str, Any]:
    """The order's columns after money that counts; the ship-by clock starts with the first payment.

    Where the shop heard of it late, the time in which nobody could have begun to send does not count.
    """
    changes: dict[str, Any] = {"paid_fen": order.paid_fen + amount_fen, "paid_at": order.paid_at or at}
    if order.stage == Stage.UNPAID:
        changes |= start_clock(order, since=max(at, clock.now() - HEARD_SOON)) | {"proof_sent_at": None}
    return changes


def _send_back(order: Order, payment: Payment, *, was_refunded: bool) -> None:
    """Refund it by itself, unless somebody has begun that outside the shop: how much is left, a person finds out."""
    data = {"amount_fen": payment.amount_fen, "trade_no": payment.trade_no, "stage": order.stage}
    actor = _actor_of(payment)
    move(order, "order.late_payment", actor=actor, data=data)
    reason = gettext("Refunded outside the shop") if was_refunded else gettext("Paid too late or twice")
    of = RefundOf(RefundCause.LATE_PAYMENT)
    refund = commit_refund(order, payment, amount_fen=payment.amount_fen, reason=reason, actor=actor, of=of)
    if was_refunded:
        fail_refund(order, refund, why=reason, actor=actor)
