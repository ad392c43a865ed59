"""Refunds that somebody made outside the shop, and ours that fail: one may be the other, and is not paid out again."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext

from orders.models import Order
from orders.moves import lock_row, move
from orders.payments.models import Payment, Refund, RefundCause, RefundState
from orders.payments.services.refunds import (
    check_merchant,
    describe_refund,
    finish_refund,
    keep_reason,
    name_decider,
)
from shop import clock
from shop.actor import Actor
from shop.events.models import Event
from shop.money import share_fen
from shop.store.choices import PayMethod


@dataclass(frozen=True)
class OutsideRefund:
    """A refund that the gateway tells of and the shop never asked for: made at the merchant platform, or lost with a
    restore. `number` is the one it has there."""

    number: str
    trade_no: str
    gateway_id: str
    amount_fen: int


def record_outside_refund(
    found: OutsideRefund, *, mchid: str, actor: Actor, method: PayMethod = PayMethod.WECHAT
) -> bool:
    """Book it on the order it was paid for, once, and call a person; whether there is such an order.

    It takes the place of refunds of ours that failed, and the rest is booked beside them. What does not fit into what
    is left of the payment is told without being booked, until one of ours fails. Raises Refused `other_merchant`.
    """
    with transaction.atomic():
        payments = Payment.objects.filter(method=method, trade_no=found.trade_no)
        payment = payments.select_related("attempt").first() if found.trade_no else None
        if payment is None:
            return False
        check_merchant(mchid, payment.attempt)
        order = lock_row(payment.order_id)
        if not Refund.objects.filter(number=found.number).exists() and not _was_told(order, found.number):
            _take_in(order, payment, found, actor)
    return True


def _take_in(order: Order, payment: Payment, found: OutsideRefund, actor: Actor) -> None:
    failed = list(payment.refunds.select_for_update().filter(state=RefundState.FAILED).order_by("id"))
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    left = _leave_unbooked(payment, found)
    fits = left.amount_fen <= payment.refundable_fen
    data = {"number": found.number, "amount_fen": found.amount_fen, "trade_no": found.trade_no}
    is_booked = left.amount_fen > 0 and (fits or bool(failed))
    move(order, "order.refund_outside", actor=actor, data=data | {"is_booked": is_booked})
    for refund in failed:
        left = _replace(order, refund, left, actor)
    payment.refresh_from_db()
    if 0 < left.amount_fen <= payment.refundable_fen:
        _book(order, payment, left, actor, {"is_goodwill": True} | name_decider(actor))


def fail_refund(order: Order, refund: Refund, *, why: str, actor: Actor) -> None:
    """The gateway will not do it by itself: a person decides; a retry keeps the number.

    Unless the money went back outside the shop meanwhile: then nothing is left to decide.
    """
    if refund.state == RefundState.FAILED:
        return
    refund.state = RefundState.FAILED
    refund.next_try_at, refund.lease_until, refund.last_error = None, None, why[:200]
    refund.stuck_at = None
    refund.save()
    move(order, "order.refund_fail", actor=actor, data=describe_refund(refund) | {"why": why[:100]})
    for found in _list_unbooked(order, refund.payment):
        if refund.state == RefundState.FAILED:
            _replace(order, refund, found, actor)


def _replace(order: Order, refund: Refund, found: OutsideRefund, actor: Actor) -> OutsideRefund:
    """What was refunded outside is what failed here, or a part of it; returns what is left of it for others."""
    if found.amount_fen >= refund.amount_fen:
        refund.reference = found.number
        finish_refund(order, refund, actor=actor)
        return replace(found, amount_fen=found.amount_fen - refund.amount_fen)
    if found.amount_fen:
        _replace_part(order, refund, found, actor)
    return replace(found, amount_fen=0)


def _replace_part(order: Order, refund: Refund, found: OutsideRefund, actor: Actor) -> None:
    refund.amount_fen -= found.amount_fen
    refund.save(update_fields=["amount_fen"])
    payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
    payment.refunding_fen -= found.amount_fen
    taken_over = ("is_goodwill", "decided_by_kind", "decided_by_id", "decided_by_name")
    made = _book(order, payment, found, actor, {name: getattr(refund, name) for name in taken_over})
    rows = list(refund.lines.order_by("pk"))
    for row, part in zip(rows, share_fen(made.amount_fen, [row.amount_fen for row in rows]), strict=True):
        row.amount_fen -= part
        row.save(update_fields=["amount_fen"])
        made.lines.create(order_line_id=row.order_line_id, amount_fen=part)


def _book(
    order: Order, payment: Payment, found: OutsideRefund, actor: Actor, decided: dict[str, Any]
) -> Refund:
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        number=found.number,
        amount_fen=found.amount_fen,
        cause=RefundCause.OUTSIDE,
        **decided,
        reason=keep_reason(order, gettext("Refunded outside the shop")),
        state=RefundState.PROCESSING,
        created_at=clock.now(),
        gateway_id=found.gateway_id,
    )
    payment.refunding_fen += found.amount_fen
    payment.save(update_fields=["refunding_fen"])
    finish_refund(order, refund, actor=actor)
    return refund


def _list_told(order: Order) -> list[dict[str, Any]]:
    told = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb="order.refund_outside")
    return list(told.order_by("number").values_list("data", flat=True))


def _was_told(order: Order, number: str) -> bool:
    return any(data["number"] == number for data in _list_told(order))


def _list_unbooked(order: Order, payment: Payment) -> list[OutsideRefund]:
    """What was told of the payment and neither fitted nor has taken the place of one of ours until now."""
    told = [
        OutsideRefund(data["number"], data["trade_no"], "", data["amount_fen"])
        for data in _list_told(order)
        if data["trade_no"] == payment.trade_no
    ]
    return [left for found in told if (left := _leave_unbooked(payment, found)).amount_fen]


def _leave_unbooked(payment: Payment, found: OutsideRefund) -> OutsideRefund:
    """What is left of it beside refunds that bear its number, or whose place it has taken."""
    booked = payment.refunds.filter(Q(number=found.number) | Q(reference=found.number))
    booked_fen = booked.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return replace(found, amount_fen=max(found.amount_fen - booked_fen, 0))
