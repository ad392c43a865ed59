"""What an after-sale that is agreed to gives back: under the order's lock, in the transaction of the decision."""

from django.db import transaction

from aftersales.amounts import count_worth
from aftersales.choices import State
from aftersales.clocks import start_clock
from aftersales.models import Aftersale
from aftersales.terms.selectors import get_terms
from orders.models import Order
from orders.payments.changes.cancelling import cancel_pieces
from orders.payments.models import Refund, RefundCause, RefundState
from orders.payments.refunding.committing import refund_for_aftersale
from orders.payments.refunding.plan import Wanted, plan_refund
from orders.payments.services.refunds import RefundOf
from orders.stages import CloseReason
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.moves.services import lock_row, move


def count_pieces(aftersale: Aftersale) -> dict[int, int]:
    """Line id → the pieces that it is about."""
    return dict(aftersale.lines.values_list("order_line_id", "pieces"))


def count_back(aftersale: Aftersale) -> dict[int, int]:
    """Line id → the pieces of it that the buyer has sent back."""
    return dict(aftersale.lines.filter(came_back__gt=0).values_list("order_line_id", "came_back"))


def give_back(aftersale: Aftersale, *, actor: Actor) -> None:
    """Refund what was agreed to, by its own route; goods that were not sent are cancelled with it.

    What the shop's rules decide is decided by nobody whose limit would count. Raises Refused `over_refund_limit` (403),
    `second_person_required`, `over_share`, `over_refundable`.
    """
    payer = actor if actor.kind == ActorKind.STAFF else SYSTEM
    if aftersale.is_unsent:
        _cancel(aftersale, payer)
    elif aftersale.agreed_fen:
        _refund(aftersale, aftersale.agreed_fen, payer)


def _cancel(aftersale: Aftersale, payer: Actor) -> None:
    cancel_pieces(
        aftersale.order,
        count_pieces(aftersale),
        reason=aftersale.reason_name,
        actor=payer,
        of=RefundOf(RefundCause.CANCEL, case_number=aftersale.number),
        close_reason=CloseReason.BUYER,
    )


def _refund(aftersale: Aftersale, amount_fen: int, payer: Actor) -> None:
    """What is more than the goods are worth is for the freight."""
    order = aftersale.order
    pieces = count_back(aftersale) or count_pieces(aftersale)
    goods_fen = count_worth(order, pieces, is_unsent=False).goods_fen
    wanted = Wanted(pieces, freight_fen=max(amount_fen - goods_fen, 0), amount_fen=amount_fen)
    refund_for_aftersale(
        order,
        plan_refund(order, wanted),
        reason=aftersale.reason_name,
        actor=payer,
        case_number=aftersale.number,
        notice=aftersale.answer,
    )


def follow_refunds(order_id: int) -> None:
    """Money of an order went back: after-sales of it that waited for nothing else are completed."""
    waiting = Aftersale.objects.filter(order=order_id, state=State.REFUNDING)
    if not waiting.exists():
        return
    with transaction.atomic():
        order = lock_row(Order, order_id)
        for aftersale_id in waiting.order_by("pk").values_list("pk", flat=True):
            aftersale = lock_row(Aftersale, aftersale_id)
            aftersale.order = order
            settle_if_paid(aftersale)


def settle_if_paid(aftersale: Aftersale) -> None:
    """Complete a locked after-sale that waits for its money, once all of that is back."""
    refunds = Refund.objects.filter(case_number=aftersale.number)
    if aftersale.state != State.REFUNDING or refunds.exclude(state=RefundState.DONE).exists():
        return
    changes = {"ended_at": clock.now(), **start_clock(State.DONE, get_terms())}
    data = {"amount_fen": sum(refunds.values_list("amount_fen", flat=True))}
    move(aftersale, "aftersale.settle", actor=SYSTEM, changes=changes, data=data)
