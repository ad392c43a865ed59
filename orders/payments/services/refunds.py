"""Refunds: decided under the order's lock with a number of their own, sent until the gateway has said done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import move
from orders.payments.ledger import give_back
from orders.payments.models import (
    WITHOUT_CANCELLING,
    PayAttempt,
    Payment,
    Refund,
    RefundCause,
    RefundLine,
    RefundState,
)
from orders.payments.numbers import number_refund
from orders.payments.refunding.plan import over_refundable, split_newest_first
from orders.payments.refunding.rules import UNDER_WAY, find_bar, find_slot, read_use
from orders.spending import keep_spending
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import share_fen
from shop.store.choices import ONLINE, PayMethod
from shop.store.made_money import check_second_person

SENDABLE = UNDER_WAY
ENDED_WITHOUT = frozenset({"ABNORMAL", "CLOSED"})
"""What the gateway calls a refund that it has taken in and will not carry out."""
PAYABLE_BY_HAND = (RefundState.TO_PAY_OUT, RefundState.FAILED)
BACKUP_AFTER = timedelta(seconds=30)
"""The task is enqueued by the event; the timer takes over when it did not come through."""


@dataclass(frozen=True)
class RefundOf:
    """Why money goes back, and what for: `shares` are line id → fen, the rest is freight if goods are the cause.

    `pieces` (line id → pieces) are cancelled or given back with it; `notice` is what the buyer reads; `case_number`
    is that of the after-sale that decides it.
    """

    cause: RefundCause
    shares: Mapping[int, int] = field(default_factory=dict)
    pieces: Mapping[int, int] = field(default_factory=dict)
    notice: str = ""
    case_number: str = ""

    def split(self, part_fen: int, whole_fen: int) -> "tuple[RefundOf, RefundOf]":
        """What a part of the amount is for, and what the rest; pieces and notice are said once."""
        weights = [*self.shares.values(), whole_fen - sum(self.shares.values())]
        part = dict(zip(self.shares, share_fen(part_fen, weights), strict=False))
        rest = {line_id: fen - part[line_id] for line_id, fen in self.shares.items()}
        return replace(self, shares=part), replace(self, shares=rest, pieces={}, notice="")

    def describe(self) -> dict[str, object]:
        """What the event says of it; a cancellation says itself what it is for."""
        if self.cause == RefundCause.GOODWILL:
            return {"is_goodwill": True}
        shares = {str(line_id): fen for line_id, fen in self.shares.items() if fen}
        return {"shares": shares} if shares and self.cause in WITHOUT_CANCELLING else {}

    def itemise(self, refund: Refund) -> None:
        """Write the rows of a refund that is for goods."""
        if self.cause not in (RefundCause.CANCEL, *WITHOUT_CANCELLING):
            return
        freight = (None, refund.amount_fen - sum(self.shares.values()))
        RefundLine.objects.bulk_create(
            RefundLine(refund=refund, order_line_id=pk, amount_fen=fen, pieces=self.pieces.get(pk or 0, 0))
            for pk, fen in (*self.shares.items(), freight)
            if fen or self.pieces.get(pk or 0)
        )


def book_shares(lines: Sequence[OrderLine], amount_fen: int, *, freight_fen: int) -> dict[int, int]:
    """Share an amount over what is left of the lines and `freight_fen`, and raise what was refunded of each line.

    Returns line id → fen; what is not in it is freight.
    """
    left = [*(line.left_fen for line in lines), freight_fen]
    parts = share_fen(max(min(amount_fen, sum(left)), 0), left)
    for line, part in zip(lines, parts[:-1], strict=True):
        line.refunded_fen += part
    OrderLine.objects.bulk_update(lines, ["refunded_fen"])
    return {line.pk: part for line, part in zip(lines, parts[:-1], strict=True)}


def commit_refund(
    order: Order, payment: Payment, *, amount_fen: int, reason: str, actor: Actor, of: RefundOf
) -> Refund:
    """Decide to give `amount_fen` of a payment back by its own route, inside a verb that holds the order's lock.

    What was paid from a balance is back at once. The caller books `of` on the lines.
    Raises Refused `over_refundable`, `over_refund_limit` (403).
    """
    if not 0 < amount_fen <= payment.refundable_fen:
        raise over_refundable()
    check_refund_limit(order, actor, amount_fen)
    moment = clock.now()
    by_gateway = payment.method in ONLINE
    by_hand = payment.method not in (*ONLINE, PayMethod.BALANCE)
    if by_gateway and find_bar(payment, read_use(payment), moment):
        by_gateway, by_hand = False, True
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        number=number_refund(order),
        amount_fen=amount_fen,
        reason=keep_reason(order, reason),
        is_goodwill=of.cause == RefundCause.GOODWILL,
        cause=of.cause,
        case_number=of.case_number,
        **name_decider(actor),
        state=RefundState.TO_PAY_OUT if by_hand else RefundState.COMMITTED,
        created_at=moment,
        next_try_at=find_next_try(payment, moment) if by_gateway else None,
        sending_since=moment if by_gateway else None,
    )
    payment.refunding_fen += amount_fen
    payment.save(update_fields=["refunding_fen"])
    of.itemise(refund)
    data = describe_refund(refund) | of.describe()
    # A cancellation says itself why, and what the buyer is told.
    is_told = of.cause in (*WITHOUT_CANCELLING, RefundCause.GOODWILL)
    sealed = seal_words(order, reason=refund.reason, notice=of.notice) if is_told else ""
    move(order, "order.refund", actor=actor, data=data, sealed=sealed)
    if payment.method == PayMethod.BALANCE:
        give_back(order, refund, actor=actor)
        finish_refund(order, refund, actor=SYSTEM)
    return refund


def find_next_try(payment: Payment, moment: datetime) -> datetime:
    """When the timer sends what was decided or tried again at a moment: as far from the last as the gateway wants."""
    return max(find_slot(payment, read_use(payment), moment), moment + BACKUP_AFTER)


def name_decider(actor: Actor) -> dict[str, Any]:
    """The columns of a refund that say who decided it."""
    return {"decided_by_kind": actor.kind, "decided_by_id": actor.id, "decided_by_name": actor.name}


def keep_reason(order: Order, reason: str) -> str:
    """What is stored of a reason: nothing about a buyer who was erased, whose money goes back all the same."""
    return reason[:80] if order.read_secret() else ""


def describe_refund(refund: Refund) -> dict[str, object]:
    return {"refund_id": refund.pk, "number": refund.number, "amount_fen": refund.amount_fen}


def check_refund_limit(order: Order, actor: Actor, amount_fen: int) -> None:
    """Raise Refused `over_refund_limit` (403) when this member of staff may not refund so much more of a locked order.

    The limit is one per order, however many refunds it is split into.
    """
    limit = actor.refund_limit_fen
    if actor.kind != ActorKind.STAFF or limit is None or sum_decided(order, actor) + amount_fen <= limit:
        return
    message = _("This is more than you may refund. Ask a manager.")
    raise Refused("over_refund_limit", message, 403, limit_fen=limit)


def check_decision(order: Order, actor: Actor, amount_fen: int) -> None:
    """Whether this actor may decide so much more of a locked order by themselves, or with `actor.second`.

    What counts is all that this person gives back of it. Raises Refused `over_refund_limit` (403),
    `second_person_required`.
    """
    check_refund_limit(order, actor, amount_fen)
    limit_fen = actor.second.refund_limit_fen if actor.second else None
    total_fen = sum_decided(order, actor) + amount_fen
    check_second_person(actor, total_fen, capability="orders.refund", second_limit_fen=limit_fen)


def sum_decided(order: Order, actor: Actor) -> int:
    """What this person has decided to refund of the order until now."""
    own = Q(decided_by_kind=actor.kind, decided_by_id=actor.id) | Q(decided_by_kind="")
    return order.refunds.filter(own).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def refund_share(order: Order, *, amount_fen: int, reason: str, actor: Actor, of: RefundOf) -> list[Refund]:
    """As `commit_refund`, for `amount_fen` of all that was paid for a locked order, newest payments first."""
    payments = list(order.payments.select_for_update().filter(counts=True).order_by("-id"))
    made, left_fen = [], amount_fen
    for payment, part_fen in split_newest_first(payments, amount_fen):
        this, of = of.split(part_fen, left_fen)
        made.append(commit_refund(order, payment, amount_fen=part_fen, reason=reason, actor=actor, of=this))
        left_fen -= part_fen
    return made


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
