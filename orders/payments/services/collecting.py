"""Money that people received: cash on delivery at the counter or from the courier."""

from orders.models import Order
from orders.moves import locked_order, move
from orders.payments.models import Payment, ProofState
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


def collect_payment(
    order_id: int, *, actor: Actor, reference: str = "", expected_version: int | None = None
) -> Order:
    """Record that all that is owed has been received in cash; an unpaid order moves on as if paid.

    Cash for an order that was to be paid otherwise is money by somebody's word. Raises Refused `nothing_owed`, and as
    `check_made_money` and `close_live_attempt` do.
    """
    _check_unexpected(read_order(order_id, actor=actor), actor)
    close_live_attempt(order_id, "order.collect", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.collect", actor, expected_version) as order:
        require_no_live_attempt(order)
        _check_unexpected(order, actor)
        take_owed(order, actor, reference=reference)
    return order


def take_owed(order: Order, actor: Actor, *, reference: str, trade_no: str = "") -> None:
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
    )
    changes = paid_changes(order, amount_fen=amount_fen, at=clock.now())
    data = {"amount_fen": amount_fen, "reference": reference.strip()[:100]}
    move(order, "order.collect", actor=actor, changes=changes, data=data)
    decide_proof(order, ProofState.ACCEPTED)
    if was_unpaid:
        start_fulfilment(order)
    keep_spending(order.customer_id)


def _check_unexpected(order: Order, actor: Actor) -> None:
    if order.pay_method != PayMethod.COD:
        check_made_money(actor, order.owed_fen, capability="orders.collect")
