"""Each book of money finds the row that breaks it, and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from orders.models import Order, OrderLine
from orders.payments.ledger import pay_key
from orders.payments.models import (
    AttemptState,
    PayAttempt,
    Payment,
    Refund,
    RefundCause,
    RefundLine,
    RefundState,
)
from orders.stages import Stage
from shop import clock
from shop.customers.balance import NewEntry, book_entry, change_balance
from shop.customers.models import Customer, EntryKind
from shop.moves.services import lock_row
from shop.store.choices import PayMethod
from tests import cast
from tests.conftest import find_broken_books

Break = Callable[[Order], Any]


def update(model: Any, **changes: Any) -> Break:
    """Change the rows of a model that belong to the order."""
    path = "pk" if model is Order else "order"
    return lambda order: model.objects.filter(**{path: order.pk}).update(**changes)


def refund(order: Order, **changes: Any) -> None:
    made = cast.refund_payment(
        order.payments.get().pk, amount_fen=1_00, reason="x", actor=cast.clerk("finance")
    )
    Refund.objects.filter(pk=made.pk).update(**changes)


def refund_more_than_the_freight(order: Order) -> None:
    refund(order)
    OrderLine.objects.filter(order=order).update(refunded_fen=0)
    Order.objects.filter(pk=order.pk).update(freight_fen=0, freight_adjust_fen=99)


def give_back_a_fen_without_a_row(order: Order) -> None:
    refund(order)
    OrderLine.objects.filter(order=order).update(refunded_fen=F("refunded_fen") + 1)


def give_back_more_pieces_than_were_bought(order: Order) -> None:
    refund(order)
    RefundLine.objects.filter(refund__order=order, order_line__isnull=False).update(pieces=99)


def give_back_more_pieces_than_were_cancelled(order: Order) -> None:
    refund(order, cause=RefundCause.CANCEL)
    RefundLine.objects.filter(refund__order=order, order_line__isnull=False).update(pieces=1)


def pay_from_a_balance_that_was_never_booked(order: Order) -> Payment:
    return Payment.objects.create(
        order=order,
        method=PayMethod.BALANCE,
        trade_no=f"balance {order.number}",
        amount_fen=1,
        counts=True,
        captured_at=clock.now(),
    )


def give_back_what_was_never_booked(order: Order) -> None:
    Payment.objects.filter(order=order).update(method=PayMethod.BALANCE, trade_no="")
    refund(order, number=f"refund {order.number}")


def book_what_nobody_paid(order: Order) -> None:
    change_balance(order.customer_id, delta_fen=1, reason="x", actor=cast.clerk("finance"))
    entry = NewEntry(EntryKind.PAY, pay_key(order.number), -1, order_number=order.number)
    book_entry(lock_row(Customer, order.customer_id), entry, actor=cast.clerk("finance"))


def close_with_a_live_attempt(order: Order) -> None:
    PayAttempt.objects.filter(order=order).update(state=AttemptState.OPEN)
    Order.objects.filter(pk=order.pk).update(stage=Stage.CLOSED, close_reason="buyer")


BREAKS: list[tuple[str, Break]] = [
    ("B1.1", update(Payment, refunded_fen=1)),
    ("B1.1", update(Payment, refunding_fen=1)),
    ("B1.2", update(Order, paid_fen=F("paid_fen") + 1)),
    ("B1.2", update(Order, refunded_fen=1)),
    ("B1.3", update(Payment, counts=False)),
    ("B1.4", update(OrderLine, refunded_fen=1)),
    ("B1.4", refund_more_than_the_freight),
    ("B1.5", give_back_a_fen_without_a_row),
    ("B1.5", lambda order: refund(order, amount_fen=99)),
    ("B1.6", give_back_more_pieces_than_were_bought),
    ("B1.6", give_back_more_pieces_than_were_cancelled),
    ("B1.7", lambda order: refund(order, case_number="A1")),
    ("B1.7", lambda order: refund(order, cause=RefundCause.AFTERSALE)),
    ("B7", lambda order: refund(order, number="")),
    ("B7", lambda order: refund(order, state=RefundState.DONE)),
    ("B7", close_with_a_live_attempt),
    ("B10.2", pay_from_a_balance_that_was_never_booked),
    ("B10.2", give_back_what_was_never_booked),
    ("B10.2", book_what_nobody_paid),
]


@pytest.mark.parametrize(
    ("code", "break_it"), BREAKS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BREAKS)]
)
def test_a_book_names_what_breaks_it_and_nothing_else(code: str, break_it: Break) -> None:
    order, sound = cast.paid_order(), cast.paid_order()
    cast.refund_payment(sound.payments.get().pk, amount_fen=1_00, reason="x", actor=cast.clerk("finance"))
    assert find_broken_books() == []
    with transaction.atomic():
        break_it(order)
        found = [row for row in find_broken_books() if row.startswith(f"{code} ")]
        names = {order.number, *(f"refund {row.pk}" for row in order.refunds.all())}
        transaction.set_rollback(True)
    assert found and not any(sound.number in row for row in found)
    assert all(any(name in row for name in names) for row in found) or code == "B10.2", found
