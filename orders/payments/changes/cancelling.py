"""Cancelling: unpaid, paid, or some lines; stock back at once, money by its own route."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import locked_order, move
from orders.payments.changes.pieces import load_pieces, release_pieces, take_share
from orders.payments.models import ProofState, RefundCause
from orders.payments.selectors import get_freight_left_fen, get_kept_fen
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.refunds import RefundOf, book_shares, refund_share
from orders.payments.services.settling import settle_if_nothing_owed
from orders.payments.services.transfers import decide_proof
from orders.services.deadlines import check_due
from orders.services.fulfilment import apply_goods_rule, cancel_everything, close_changes, mark_short
from orders.stages import BuyerReason, CloseReason, Stage
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.events.services import seal_words

_CANCELLED = RefundOf(RefundCause.CANCEL)
_REASONS = {
    ActorKind.CUSTOMER: CloseReason.BUYER,
    ActorKind.STAFF: CloseReason.STAFF,
    ActorKind.SYSTEM: CloseReason.TIMEOUT,
}


@dataclass(frozen=True)
class BuyersWhy:
    """Why a buyer cancels; `words` are theirs and kept sealed."""

    reason: BuyerReason
    words: str = ""


def cancel_unpaid(
    order_id: int,
    *,
    actor: Actor,
    reason: str = "",
    why: BuyersWhy | None = None,
    expected_version: int | None = None,
) -> Order:
    """Close an order for which nothing was paid and nothing shipped: buyer, staff, or the timer (UNPAID only).

    `reason` are the words of staff, `why` is the buyer's. Raises Refused as `close_live_attempt` does;
    `already_paid` when the gateway knows of a payment, `not_due` (timer).
    """
    close_live_attempt(order_id, "order.cancel_unpaid", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.cancel_unpaid", actor, expected_version) as order:
        if actor.kind == ActorKind.SYSTEM and order.stage != Stage.UNPAID:
            raise Refused("wrong_stage", _("The order no longer waits for a payment."))
        check_due(order.pay_by, actor)
        require_no_live_attempt(order)
        # Its buyer reads why a proof was rejected, and not what staff say among themselves.
        decide_proof(order, ProofState.REJECTED)
        changes = cancel_everything(order, actor=actor) | close_changes(_REASONS[actor.kind])
        words = {"reason": reason.strip()[:200]}
        _move_closed(order, "order.cancel_unpaid", changes, words, actor=actor, why=why)
    return order


def _move_closed(
    order: Order,
    verb: str,
    changes: dict[str, Any],
    words: dict[str, str],
    *,
    actor: Actor,
    why: BuyersWhy | None,
) -> None:
    """Move the order by a verb that closes it; `words` are why, beside what its buyer says."""
    data = {}
    if why:
        data, changes = {"buyer_reason": why.reason}, changes | {"cancel_reason": why.reason}
        words = words | {"words": why.words.strip()}
    sealed = seal_words(order, **words)
    move(order, verb, actor=actor, changes=changes, data=data, sealed=sealed)


def cancel_paid(
    order_id: int, *, reason: str, actor: Actor, notice: str = "", expected_version: int | None = None
) -> Order:
    """Close a paid order of which nothing was shipped, and refund all that was paid.

    `notice` is what the buyer reads on the timeline. A payment of the rest is closed first. Raises Refused
    `reason_required`, `over_refund_limit`, and as `close_live_attempt` does.
    """
    _require_reason(reason)
    close_live_attempt(order_id, "order.cancel_paid", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.cancel_paid", actor, expected_version) as order:
        require_no_live_attempt(order)
        words = {"reason": reason.strip()[:200], "notice": notice.strip()[:200]}
        _close_and_refund(order, "order.cancel_paid", CloseReason.STAFF, words, actor=actor)
    return order


def cancel_unsent(order_id: int, *, actor: Actor, why: BuyersWhy | None = None) -> Order:
    """Close and refund an order that was not sent in time: its buyer, or the timer, by the rule it was placed with.

    Raises Refused `not_overdue`, `ask_the_shop`, or as the other ways to cancel do.
    """
    close_reason = CloseReason.BUYER if actor.kind == ActorKind.CUSTOMER else CloseReason.OVERDUE
    with locked_order(order_id, "order.cancel_unsent", actor) as order:
        words = {"reason": gettext("Not sent in time")}
        _close_and_refund(order, "order.cancel_unsent", close_reason, words, actor=actor, why=why)
    return order


def _close_and_refund(
    order: Order,
    verb: str,
    close_reason: CloseReason,
    words: dict[str, str],
    *,
    actor: Actor,
    why: BuyersWhy | None = None,
) -> None:
    """Close a locked order by a verb; all that was paid goes back, by the shop's rule where staff do not decide it."""
    to_refund = get_kept_fen(order)
    lines = list(order.lines.order_by("id"))
    pieces = {line.pk: line.to_send for line in lines}
    of = RefundOf(RefundCause.CANCEL, book_shares(lines, to_refund, freight_fen=0), pieces)
    changes = cancel_everything(order, actor=actor) | close_changes(close_reason)
    _move_closed(order, verb, changes, words, actor=actor, why=why)
    if to_refund:
        payer = actor if actor.kind == ActorKind.STAFF else SYSTEM
        refund_share(order, amount_fen=to_refund, reason=words["reason"], actor=payer, of=of)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_required", _("Say why the order is cancelled."), 400)


def cancel_lines(
    order_id: int,
    *,
    quantities: Mapping[int, int],
    reason: str,
    actor: Actor,
    expected_version: int | None = None,
) -> Order:
    """Cancel pieces (line id → pieces) that are not yet shipped.

    The unpaid share lowers what is payable, the paid share is refunded, as far as it has not gone back before;
    with the last piece goes the freight. Raises Refused `reason_required`, `nothing_chosen`, `more_than_left`.
    """
    _require_reason(reason)
    chosen = {line_id: n for line_id, n in quantities.items() if n}
    if not chosen or any(n < 0 for n in chosen.values()):
        raise Refused("nothing_chosen", _("Choose what is to be cancelled."), 400)
    close_live_attempt(order_id, "order.cancel_lines", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.cancel_lines", actor, expected_version) as order:
        require_no_live_attempt(order)
        cancel_pieces(order, chosen, reason=reason.strip(), actor=actor)
    return order


def cancel_pieces(
    order: Order,
    chosen: Mapping[int, int],
    *,
    reason: str,
    actor: Actor,
    of: RefundOf = _CANCELLED,
    close_reason: CloseReason = CloseReason.EMPTY,
) -> None:
    """As `cancel_lines` for a locked order without a live attempt; `of` says the cause of what is refunded.

    `close_reason`: why the order closes where nothing is left of it.
    """
    lines = load_pieces(order, chosen)
    shares = {line.pk: take_share(line, chosen[line.pk]) for line in lines}
    freight = get_freight_left_fen(order) if _is_last(order, chosen) else 0
    released = release_pieces(order, lines, chosen, actor)
    unpaid_left, back_left = order.owed_fen, get_kept_fen(order)
    backs = {}
    for line in lines:
        unpaid = min(shares[line.pk], unpaid_left)
        backs[line.pk] = back = min(shares[line.pk] - unpaid, back_left)
        unpaid_left, back_left = unpaid_left - unpaid, back_left - back
        line.cancelled_unpaid_fen += unpaid
        line.refunded_fen += back
    OrderLine.objects.bulk_update(
        lines, ["cancelled", "reserved", "short", "cancelled_unpaid_fen", "refunded_fen"]
    )
    lowered = order.owed_fen - unpaid_left
    to_refund = min(sum(shares.values()) - lowered + max(freight - unpaid_left, 0), get_kept_fen(order))
    changes = {
        "payable_fen": order.payable_fen - lowered,
        "pieces_cancelled": order.pieces_cancelled + sum(chosen.values()),
    }
    data = {"lines": {str(k): n for k, n in chosen.items()}, "refund_fen": to_refund, "released": released}
    sealed = seal_words(order, reason=reason[:200])
    move(order, "order.cancel_lines", actor=actor, changes=changes, data=data, sealed=sealed)
    if to_refund:
        refund_share(
            order,
            amount_fen=to_refund,
            reason=reason,
            actor=actor,
            of=replace(of, shares=backs, pieces=chosen),
        )
    _settle(order, reason, close_reason)


def _settle(order: Order, reason: str, close_reason: CloseReason) -> None:
    if order.stage != Stage.UNPAID:
        mark_short(order)
    apply_goods_rule(order, close_reason=close_reason)
    if order.stage == Stage.CLOSED:
        decide_proof(order, ProofState.REJECTED, reason=reason[:200])
    if order.stage == Stage.UNPAID:
        settle_if_nothing_owed(order)


def _is_last(order: Order, chosen: Mapping[int, int]) -> bool:
    return order.pieces_to_send == sum(chosen.values()) and not order.pieces_out
