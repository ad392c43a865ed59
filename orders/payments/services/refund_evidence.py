"""What the gateway says of refunds: ours, and those that somebody made outside the shop."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row, move
from orders.payments.models import Payment, Refund, RefundState
from orders.payments.services.refunds import (
    ENDED_WITHOUT,
    SENDABLE,
    check_merchant,
    describe_refund,
    fail_refund,
    finish_refund,
)
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.store.choices import PayMethod


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
    move(
        order,
        "order.refund_twice",
        actor=actor,
        data=describe_refund(refund) | {"reference": refund.reference},
    )


@dataclass(frozen=True)
class OutsideRefund:
    """A refund that the gateway tells of and the shop never asked for: made at the merchant platform, or lost with a
    restore. `number` is the one it has there."""

    number: str
    trade_no: str
    gateway_id: str
    amount_fen: int


def record_outside_refund(found: OutsideRefund, *, mchid: str, actor: Actor) -> bool:
    """Book it on the order it was paid for, once, and call a person; whether there is such an order.

    What does not fit into what is left of the payment is told without being booked. Raises Refused `other_merchant`.
    """
    with transaction.atomic():
        payments = Payment.objects.filter(method=PayMethod.WECHAT, trade_no=found.trade_no)
        payment = payments.select_related("attempt").first() if found.trade_no else None
        if payment is None:
            return False
        check_merchant(mchid, payment.attempt)
        order = lock_row(payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if not Refund.objects.filter(number=found.number).exists():
            _book_outside(order, payment, found, actor)
    return True


def _book_outside(order: Order, payment: Payment, found: OutsideRefund, actor: Actor) -> None:
    fits = found.amount_fen <= payment.refundable_fen
    data = {"number": found.number, "amount_fen": found.amount_fen, "trade_no": found.trade_no}
    move(order, "order.refund_outside", actor=actor, data=data | {"is_booked": fits})
    if not fits:
        return
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        number=found.number,
        amount_fen=found.amount_fen,
        is_goodwill=True,
        reason=gettext("Refunded outside the shop"),
        state=RefundState.PROCESSING,
        created_at=clock.now(),
        gateway_id=found.gateway_id,
    )
    payment.refunding_fen += found.amount_fen
    payment.save(update_fields=["refunding_fen"])
    finish_refund(order, refund, actor=actor)
