"""Refunds while the order goes on: for some of its lines, its freight, or nothing in particular."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order
from orders.payments.models import RefundCause
from orders.payments.selectors import get_freight_left_fen
from orders.payments.services.refunds import (
    RefundOf,
    book_shares,
    check_refund_limit,
    refund_share,
    sum_decided,
)
from shop.actor import Actor
from shop.errors import Refused
from shop.money import format_fen
from shop.store.made_money import check_second_person


@dataclass(frozen=True)
class PartRefund:
    """What staff give back: `amount_fen` for these lines and, or, the freight; for neither it is goodwill.

    `notice` is what the buyer reads.
    """

    amount_fen: int
    reason: str
    line_ids: frozenset[int] = frozenset()
    is_for_freight: bool = False
    notice: str = ""

    @property
    def is_goodwill(self) -> bool:
        return not self.line_ids and not self.is_for_freight


def refund_part(
    order_id: int, wanted: PartRefund, *, actor: Actor, expected_version: int | None = None
) -> Order:
    """Refund a part of what was paid, or all of it, and cancel nothing; the newest payments first.

    The amount is shared over what it is for by what is left of each, by largest remainder, so that a later
    cancellation refunds only the rest. Raises Refused `reason_required`, `bad_amount`, `over_share`,
    `over_refundable`, `over_refund_limit` (403), `second_person_required`, and as `lock_order` does.
    """
    if not wanted.reason.strip():
        raise Refused("reason_required", _("Say why the money goes back."), 400)
    if wanted.amount_fen <= 0:
        raise Refused("bad_amount", _("Type how much is to be refunded."), 400)
    with locked_order(order_id, "order.refund", actor, expected_version) as order:
        _check_amount(order, actor, wanted.amount_fen)
        of = _book(order, wanted)
        refund_share(order, amount_fen=wanted.amount_fen, reason=wanted.reason.strip(), actor=actor, of=of)
    return order


def _check_amount(order: Order, actor: Actor, amount_fen: int) -> None:
    """As with the limit, what counts is all that this person gives back of the order."""
    limit_fen = actor.second.refund_limit_fen if actor.second else None
    check_refund_limit(order, actor, amount_fen)
    total_fen = sum_decided(order, actor) + amount_fen
    check_second_person(actor, total_fen, capability="orders.refund", second_limit_fen=limit_fen)


def _book(order: Order, wanted: PartRefund) -> RefundOf:
    """Put the amount on the lines that it is for."""
    notice = wanted.notice.strip()[:200]
    if wanted.is_goodwill:
        return RefundOf(RefundCause.GOODWILL, notice=notice)
    lines = list(order.lines.filter(pk__in=wanted.line_ids).order_by("id"))
    if len(lines) != len(wanted.line_ids):
        raise Refused("not_found", _("There is no such line in this order."), 404)
    freight_fen = get_freight_left_fen(order) if wanted.is_for_freight else 0
    left_fen = sum(line.left_fen for line in lines) + freight_fen
    if wanted.amount_fen > left_fen:
        message = _("Of what you chose only %(amount)s is left to be refunded.")
        raise Refused("over_share", message % {"amount": format_fen(left_fen)}, left_fen=left_fen)
    shares = book_shares(lines, wanted.amount_fen, freight_fen=freight_fen)
    return RefundOf(RefundCause.PART, shares, notice=notice)
