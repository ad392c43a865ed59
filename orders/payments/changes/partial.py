"""Refunds while the order goes on: for some of its lines or pieces, its freight, or nothing in particular."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order
from orders.payments.models import RefundCause
from orders.payments.refunding.committing import commit_plan
from orders.payments.refunding.plan import Wanted, plan_refund
from orders.payments.services.refunds import RefundOf, check_decision, refund_share
from shop.actor import Actor
from shop.errors import Refused


@dataclass(frozen=True)
class PartRefund:
    """What staff give back: for whole lines, or pieces of lines (line id → pieces), and, or, the freight; for nothing
    of these it is goodwill. Without an amount it is all that is left of them.

    `notice` is what the buyer reads.
    """

    amount_fen: int | None
    reason: str
    line_ids: frozenset[int] = frozenset()
    is_for_freight: bool = False
    notice: str = ""
    pieces: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_goodwill(self) -> bool:
        return not self.line_ids and not self.is_for_freight and not any(self.pieces.values())

    @property
    def wanted(self) -> Wanted:
        """The same as a plan takes it."""
        freight_fen = None if self.is_for_freight else 0
        return Wanted(self.pieces, dict.fromkeys(self.line_ids), freight_fen, self.amount_fen)


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
    if wanted.amount_fen is not None and wanted.amount_fen <= 0:
        raise Refused("bad_amount", _("Type how much is to be refunded."), 400)
    with locked_order(order_id, "order.refund", actor, expected_version) as order:
        if wanted.is_goodwill:
            _give_goodwill(order, wanted, actor)
        else:
            _refund_goods(order, wanted, actor)
    return order


def _give_goodwill(order: Order, wanted: PartRefund, actor: Actor) -> None:
    if wanted.amount_fen is None:
        raise Refused("bad_amount", _("Type how much is to be refunded."), 400)
    check_decision(order, actor, wanted.amount_fen)
    of = RefundOf(RefundCause.GOODWILL, notice=wanted.notice.strip()[:200])
    refund_share(order, amount_fen=wanted.amount_fen, reason=wanted.reason.strip(), actor=actor, of=of)


def _refund_goods(order: Order, wanted: PartRefund, actor: Actor) -> None:
    plan = plan_refund(order, wanted.wanted)
    check_decision(order, actor, plan.amount_fen)
    of = RefundOf(RefundCause.PART, plan.shares, wanted.pieces, notice=wanted.notice.strip()[:200])
    commit_plan(order, plan, of, reason=wanted.reason, actor=actor)
