"""Money that people received: cash on delivery at the counter or from the courier."""

from dataclasses import dataclass
from typing import Any

from orders.models import Order
from orders.moves import locked_order, move
from orders.payments.models import Means, Payment, ProofState
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.evidence import paid_changes
from orders.payments.services.transfers import decide_proof
from orders.selectors import read_order
from orders.services.fulfilment import start_fulfilment
from orders.spending import keep_spending
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.store.choices import PayMethod
from shop.store.made_money import check_made_money
from shop.store.models import PickupStore


def collect_payment(
    order_id: int, *, actor: Actor, reference: str = "", expected_version: int | None = None
) -> Order:
    """Record that all that is owed has been received in cash; an unpaid order moves on as if paid.

    Cash for an order that was to be paid otherwise is money by somebody's word. Raises Refused `nothing_owed`, and as
    `check_made_money` and `close_live_attempt` do.
    """
    check_unexpected(read_order(order_id, actor=actor), actor)
    close_live_attempt(order_id, "order.collect", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.collect", actor, expected_version) as order:
        require_no_live_attempt(order)
        check_unexpected(order, actor)
        take_owed(order, actor, reference=reference)
    return order


@dataclass(frozen=True)
class Counter:
    """Where money was taken from the buyer's hand: by which means, at which store, and who has it now."""

    means: Means
    store: PickupStore
    collector: Actor


def take_owed(
    order: Order, actor: Actor, *, reference: str, trade_no: str = "", counter: Counter | None = None
) -> None:
    """Record that all that a locked order owes is in; `trade_no` names money that must not come twice."""
    amount_fen, was_unpaid = order.owed_fen, order.stage == Stage.UNPAID
    Payment.objects.create(
        order=order,
        method=PayMethod.COD,
        amount_fen=amount_fen,
        trade_no=trade_no,
        reference=reference.strip()[:100],
        counts=True,
        captured_at=clock.now(),
        **_columns_of(counter),
    )
    changes = paid_changes(order, amount_fen=amount_fen, at=clock.now())
    data = {"amount_fen": amount_fen, "reference": reference.strip()[:100]}
    data |= {"means": counter.means.value, "store": counter.store.name} if counter else {}
    move(order, "order.collect", actor=actor, changes=changes, data=data)
    decide_proof(order, ProofState.ACCEPTED)
    if was_unpaid:
        start_fulfilment(order)
    keep_spending(order.customer_id)


def _columns_of(counter: Counter | None) -> dict[str, Any]:
    if counter is None:
        return {}
    collector = counter.collector
    return {
        "means": counter.means,
        "store": counter.store,
        "collected_by_kind": collector.kind,
        "collected_by_id": collector.id,
        "collected_by_name": collector.name[:80],
    }


def check_unexpected(order: Order, actor: Actor) -> None:
    """Cash for an order that was to be paid otherwise is money by a word. Raises Refused as `check_made_money` does."""
    if order.pay_method != PayMethod.COD:
        check_made_money(actor, order.owed_fen, capability="orders.collect")
