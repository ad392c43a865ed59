"""The move table: every verb with its legal steps, guards and actors. All buttons and checks read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.guards import (
    Guard,
    buyer_may_cancel,
    closes_by_itself,
    has_no_proof,
    has_proof,
    is_free,
    is_on_hold,
    is_overdue,
    no_label,
    no_open_aftersale,
    no_transfer_awaited,
    not_extended,
    not_held,
    not_short,
    not_urged_lately,
    nothing_owed,
    nothing_paid,
    nothing_shipped,
    owes,
    paid_by_balance,
    paid_by_transfer,
    something_paid,
)
from orders.models import Order
from orders.stages import IN_HAND, TO_SHIP, Stage
from shop.actor import ActorKind
from shop.errors import Refused

NOWHERE = ""


@dataclass(frozen=True)
class Move:
    """One verb: `steps` maps each legal stage to the stage after it; staff need `capability`.

    `own_guards` bind one kind of actor only. `done_by` names other verbs after which this one counts as
    already done.
    """

    verb: str
    label: Any
    done: Any
    steps: Mapping[str, Stage]
    who: frozenset[ActorKind]
    capability: str = ""
    guards: tuple[Guard, ...] = ()
    done_by: tuple[str, ...] = ()
    own_guards: Mapping[ActorKind, tuple[Guard, ...]] = field(default_factory=dict)

    def list_refusals(self, order: Order, kind: ActorKind) -> Iterator[Refused]:
        """What the guards say against it when an actor of this kind does it."""
        for guard in (*self.guards, *self.own_guards.get(kind, ())):
            if refused := guard(order):
                yield refused


def _to(target: Stage, *sources: str) -> dict[str, Stage]:
    return dict.fromkeys(sources, target)


def _stay(*stages: Stage) -> dict[str, Stage]:
    return {stage: stage for stage in stages}


STAFF, CUSTOMER, GATEWAY, SYSTEM = ActorKind.STAFF, ActorKind.CUSTOMER, ActorKind.GATEWAY, ActorKind.SYSTEM
_BY_SYSTEM = frozenset({SYSTEM})
_BY_STAFF = frozenset({STAFF})
_BY_ANYONE = frozenset({STAFF, CUSTOMER, SYSTEM})
_MONEY = frozenset({STAFF, GATEWAY, SYSTEM})
_OPEN = (Stage.UNPAID, *IN_HAND)
_AFTER_PAYING = (*IN_HAND, Stage.SHIPPED, Stage.DONE)

_TABLE = (
    Move(
        "order.place",
        _("Place order"),
        _("Order placed"),
        _to(Stage.UNPAID, NOWHERE),
        frozenset({CUSTOMER, STAFF}),
        "orders.edit",
    ),
    Move(
        "order.accept",
        _("Accept"),
        _("Accepted, cash on delivery"),
        _to(Stage.TO_CONFIRM, Stage.UNPAID),
        _BY_SYSTEM,
    ),
    Move(
        "order.choose_payment",
        _("Change the way to pay"),
        _("Way to pay changed"),
        _stay(Stage.UNPAID),
        frozenset({CUSTOMER, STAFF}),
        "orders.edit",
        (nothing_paid, has_no_proof),
    ),
    Move(
        "order.pay",
        _("Pay"),
        _("Paid"),
        _to(Stage.TO_CONFIRM, Stage.UNPAID) | _stay(*_AFTER_PAYING),
        frozenset({GATEWAY, SYSTEM, CUSTOMER, STAFF}),
        "orders.collect",
        (owes,),
        own_guards={CUSTOMER: (paid_by_balance,), STAFF: (paid_by_transfer,)},
    ),
    Move(
        "order.send_proof",
        _("Show the transfer"),
        _("Proof of the transfer sent"),
        _stay(Stage.UNPAID),
        frozenset({CUSTOMER}),
        guards=(paid_by_transfer, has_no_proof),
    ),
    Move(
        "order.reject_proof",
        _("Reject the proof"),
        _("Proof of the transfer rejected"),
        _stay(Stage.UNPAID),
        _BY_STAFF,
        "orders.collect",
        (has_proof,),
    ),
    Move(
        "order.collect",
        _("Record money received"),
        _("Money received"),
        _to(Stage.TO_CONFIRM, Stage.UNPAID) | _stay(*_AFTER_PAYING),
        _BY_STAFF,
        "orders.collect",
        (owes,),
    ),
    Move(
        "order.confirm",
        _("Confirm"),
        _("Confirmed"),
        _to(Stage.CONFIRMED, Stage.TO_CONFIRM),
        _BY_STAFF,
        "orders.edit",
    ),
    Move(
        "order.skip_confirm",
        _("Skip confirming"),
        _("Confirm step is off"),
        _to(Stage.CONFIRMED, Stage.TO_CONFIRM),
        _BY_SYSTEM,
    ),
    Move(
        "order.prepare",
        _("Prepare"),
        _("Preparing"),
        _to(Stage.PREPARING, Stage.CONFIRMED),
        _BY_STAFF,
        "orders.edit",
    ),
    Move(
        "order.skip_prepare",
        _("Skip preparing"),
        _("Preparing step is off"),
        _to(Stage.PREPARING, Stage.CONFIRMED),
        _BY_SYSTEM,
    ),
    Move(
        "order.ship_part",
        _("Ship some goods"),
        _("Shipped in part"),
        _to(Stage.PREPARING, *TO_SHIP),
        _BY_STAFF,
        "orders.ship",
        (not_held, nothing_owed),
        done_by=("order.ship", "order.all_shipped"),
    ),
    Move(
        "order.ship",
        _("Ship"),
        _("Shipped"),
        _to(Stage.SHIPPED, *TO_SHIP),
        _BY_STAFF,
        "orders.ship",
        (not_held, nothing_owed, not_short, no_open_aftersale),
    ),
    Move(
        "order.undo_ship",
        _("Undo shipping"),
        _("Shipping undone"),
        _to(Stage.PREPARING, Stage.PREPARING, Stage.SHIPPED),
        _BY_STAFF,
        "orders.ship",
    ),
    Move(
        "order.arrive",
        _("Mark as delivered"),
        _("Delivered"),
        _stay(Stage.PREPARING, Stage.SHIPPED),
        frozenset({STAFF, SYSTEM}),
        "orders.ship",
    ),
    Move(
        "order.receive",
        _("Mark as received"),
        _("Received"),
        _to(Stage.DONE, Stage.SHIPPED),
        _BY_ANYONE,
        "orders.edit",
        (no_open_aftersale,),
    ),
    Move(
        "order.urge",
        _("Urge"),
        _("Buyer urged"),
        _stay(*IN_HAND),
        frozenset({CUSTOMER, STAFF}),
        "orders.edit",
        (not_urged_lately,),
    ),
    Move(
        "order.extend",
        _("Extend receipt"),
        _("Time to receive extended"),
        _stay(Stage.SHIPPED),
        frozenset({CUSTOMER, STAFF}),
        "orders.edit",
        own_guards={CUSTOMER: (not_extended,)},
    ),
    Move(
        "order.cancel_unpaid",
        _("Cancel order"),
        _("Cancelled"),
        _to(Stage.CLOSED, *_OPEN),
        _BY_ANYONE,
        "orders.cancel",
        (nothing_paid, nothing_shipped),
        own_guards={CUSTOMER: (has_no_proof,), SYSTEM: (has_no_proof,)},
    ),
    Move(
        "order.cancel_paid",
        _("Cancel and refund"),
        _("Cancelled, refund on its way"),
        _to(Stage.CLOSED, *IN_HAND),
        _BY_STAFF,
        "orders.cancel",
        (something_paid, nothing_shipped),
    ),
    Move(
        "order.cancel_unsent",
        _("Cancel, not sent in time"),
        _("Cancelled, not sent in time"),
        _to(Stage.CLOSED, *IN_HAND),
        frozenset({CUSTOMER, SYSTEM}),
        guards=(nothing_shipped, not_held, no_open_aftersale, is_overdue),
        own_guards={CUSTOMER: (something_paid, buyer_may_cancel), SYSTEM: (closes_by_itself,)},
    ),
    Move(
        "order.cancel_lines",
        _("Cancel goods"),
        _("Goods cancelled"),
        _stay(*_OPEN),
        _BY_STAFF,
        "orders.cancel",
    ),
    Move(
        "order.close_empty",
        _("Close"),
        _("Closed, nothing left to send"),
        _to(Stage.CLOSED, *_OPEN, Stage.SHIPPED, Stage.DONE),
        _BY_SYSTEM,
    ),
    Move(
        "order.all_shipped",
        _("Complete shipping"),
        _("Everything left was shipped"),
        _to(Stage.SHIPPED, *IN_HAND),
        _BY_SYSTEM,
    ),
    Move(
        "order.change_price",
        _("Change price"),
        _("Price changed"),
        _stay(*_OPEN),
        _BY_STAFF,
        "orders.price",
        (nothing_paid, nothing_shipped),
    ),
    Move(
        "order.change_address",
        _("Change address"),
        _("Address changed"),
        _stay(*_OPEN),
        _BY_STAFF,
        "orders.edit",
        (nothing_shipped, no_label),
    ),
    Move(
        "order.hold",
        _("Hold"),
        _("Put on hold"),
        _stay(*IN_HAND),
        _BY_STAFF,
        "orders.edit",
        (is_free,),
    ),
    Move(
        "order.release",
        _("Release"),
        _("Released"),
        _stay(*IN_HAND),
        frozenset({STAFF, SYSTEM}),
        "orders.edit",
        (is_on_hold,),
    ),
    Move(
        "order.remark",
        _("Seller remark"),
        _("Seller remark changed"),
        _stay(*Stage),
        _BY_STAFF,
        "orders.edit",
    ),
    Move("order.note", _("Add note"), _("Internal note"), _stay(*Stage), _BY_STAFF, "orders.edit"),
    Move(
        "order.reveal",
        _("Reveal"),
        _("Personal data revealed"),
        _stay(*Stage),
        _BY_STAFF,
        "orders.reveal",
    ),
    Move("order.run_short", _("Run short"), _("Short of stock"), _stay(*IN_HAND), _BY_SYSTEM),
    Move("order.restock", _("Restock"), _("No longer short"), _stay(*IN_HAND), _BY_SYSTEM),
    Move(
        "order.late_payment",
        _("Late payment"),
        _("Money came that does not count"),
        _stay(*Stage),
        frozenset({GATEWAY, SYSTEM}),
    ),
    Move(
        "order.excess_transfer",
        _("Record a late or second transfer"),
        _("Money came that does not count"),
        _stay(*Stage),
        _BY_STAFF,
        "orders.collect",
        (no_transfer_awaited,),
    ),
    Move(
        "order.payment_mismatch",
        _("Another amount"),
        _("WeChat Pay speaks of another amount than was asked for"),
        _stay(*Stage),
        frozenset({GATEWAY, SYSTEM}),
    ),
    Move("order.refund", _("Refund"), _("Refund decided"), _stay(*Stage), _MONEY, "orders.cancel"),
    Move(
        "order.refund_done",
        _("Refunded"),
        _("Refunded"),
        _stay(*Stage),
        frozenset({GATEWAY, SYSTEM}),
    ),
    Move(
        "order.refund_fail",
        _("Refund failed"),
        _("Refund failed, needs a person"),
        _stay(*Stage),
        frozenset({GATEWAY, SYSTEM}),
    ),
    Move(
        "order.retry_refund",
        _("Try the refund again"),
        _("Refund tried again"),
        _stay(*Stage),
        _BY_STAFF,
        "orders.refund",
    ),
    Move(
        "order.refund_stuck",
        _("Refund stuck"),
        _("Refund does not come through, needs a person"),
        _stay(*Stage),
        _BY_SYSTEM,
    ),
    Move(
        "order.refund_twice",
        _("Refunded twice"),
        _("Refunded twice: ask the buyer to give it back"),
        _stay(*Stage),
        frozenset({GATEWAY, SYSTEM}),
    ),
    Move("order.pay_out", _("Record payout"), _("Paid out"), _stay(*Stage), _BY_STAFF, "orders.refund"),
)
MOVES: dict[str, Move] = {move.verb: move for move in _TABLE}

LOOKS = frozenset({"order.reveal"})
"""Verbs that only record who looked: no form grows stale by them."""
