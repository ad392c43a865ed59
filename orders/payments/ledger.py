"""How payments and refunds stand in the ledger of their buyer's balance."""

from orders.models import Order
from orders.payments.models import Payment, Refund
from shop.actor import Actor
from shop.customers.balance import NewEntry, book_entry
from shop.customers.care import lock_account
from shop.customers.models import Customer, EntryKind
from shop.moves.services import lock_row


def pay_key(trade_no: str) -> str:
    """What the ledger calls the payment with this number."""
    return f"pay:{trade_no}"


def refund_key(number: str) -> str:
    """What the ledger calls the refund with this number."""
    return f"refund:{number}"


def take_from_balance(order: Order, payment: Payment, *, actor: Actor) -> None:
    """Book a payment out of the balance of the order's customer. Raises Refused `not_enough_balance`."""
    customer = lock_row(Customer, order.customer_id)
    entry = NewEntry(EntryKind.PAY, pay_key(payment.trade_no), -payment.amount_fen, order_number=order.number)
    book_entry(customer, entry, actor=actor)


def give_back(order: Order, refund: Refund, *, actor: Actor) -> None:
    """Book a refund into the balance of the order's customer; the order is locked. Raises Refused `erased`."""
    customer = lock_account(order.customer_id)
    entry = NewEntry(
        EntryKind.REFUND,
        refund_key(refund.number),
        refund.amount_fen,
        order_number=order.number,
        reason=refund.reason,
    )
    book_entry(customer, entry, actor=actor)
