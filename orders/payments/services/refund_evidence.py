"""What the gateway says of our refunds."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row, move
from orders.payments.models import Refund, RefundState
from orders.payments.services.outside import fail_refund
from orders.payments.services.refunds import (
    ENDED_WITHOUT,
    SENDABLE,
    check_merchant,
    describe_refund,
    finish_refund,
)
from shop import clock
from shop.actor import Actor
from shop.errors import Refused


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
        order = lock_row(found.order_id)
        refund = Refund.objects.select_for_update().get(pk=found.pk)
        if refund.state == RefundState.DONE:
            if status == "SUCCESS":
                _note_paid_twice(order, refund, actor=actor)
            return refund
        if status != "SUCCESS" and tries not in (None, refund.tries):
            return refund
        # Of what failed at the gateway a part may have gone back outside: its sum there is the old one.
        if status not in ENDED_WITHOUT and amount_fen not in (None, refund.amount_fen):
            raise Refused("amount_mismatch", _("The amount is not the one that was asked for."))
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
