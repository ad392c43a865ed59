"""Paying from the buyer's balance: whole in one transaction, as no gateway is asked."""

from orders.models import Order
from orders.moves import locked_order, move
from orders.payments.ledger import take_from_balance
from orders.payments.models import Payment
from orders.payments.services.attempts import check_in_time
from orders.payments.services.closing import require_no_live_attempt
from orders.payments.services.evidence import paid_changes
from orders.quotes import check_pay_method
from orders.services.fulfilment import start_fulfilment
from orders.spending import keep_spending
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.store.choices import Delivery, PayMethod
from shop.store.selectors import get_store_settings


def pay_by_balance(order_id: int, *, actor: Actor) -> Order:
    """Pay all that is owed for an order whose way to pay is the balance.

    Raises Refused `not_balance`, `not_enough_balance`, `nothing_owed`, `too_late`, `payment_not_offered`, `closing`.
    """
    with locked_order(order_id, "order.pay", actor) as order:
        check_pay_method(PayMethod.BALANCE, Delivery(order.delivery), get_store_settings())
        check_in_time(order)
        require_no_live_attempt(order)
        payment, was_unpaid = _make_payment(order), order.stage == Stage.UNPAID
        data = {
            "amount_fen": payment.amount_fen,
            "trade_no": payment.trade_no,
            "method": payment.method,
        }
        changes = paid_changes(order, amount_fen=payment.amount_fen, at=payment.captured_at)
        move(order, "order.pay", actor=actor, changes=changes, data=data)
        if was_unpaid:
            start_fulfilment(order)
        # The customer is locked last, as refunds do it: after the stock.
        take_from_balance(order, payment, actor=actor)
        keep_spending(order.customer_id)
    return order


def _make_payment(order: Order) -> Payment:
    earlier = order.payments.filter(method=PayMethod.BALANCE).count()
    return Payment.objects.create(
        order=order,
        method=PayMethod.BALANCE,
        amount_fen=order.owed_fen,
        trade_no=f"{order.number}-B{earlier + 1}",
        counts=True,
        captured_at=clock.now(),
    )
