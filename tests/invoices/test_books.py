"""Each book of invoices finds the row that breaks it, and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from orders.invoices.models import InvoiceRequest
from orders.models import Order
from shop.events.delivery import drain
from tests import cast
from tests.conftest import find_broken_books
from tests.invoices.invoices import give_back, issued, open_counter

Break = Callable[[Order], Any]


def rows(**changes: Any) -> Break:
    return lambda order: InvoiceRequest.objects.filter(order=order).update(**changes)


def two_at_once(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_invoice_per_order")
    invoice = InvoiceRequest.objects.get(order=order)
    invoice.pk = None
    invoice.save(force_insert=True)


BREAKS: list[tuple[str, Break]] = [
    ("B5.1", rows(state="asked", number="", amount_fen=None)),
    ("B21", two_at_once),
    ("B21.1", rows(amount_fen=999_99)),
    ("B21.2", rows(is_outdated=False)),
    ("B21.2", lambda order: Order.objects.filter(pk=order.pk).update(refunded_fen=0)),
    ("B21.3", rows(state="asked")),
    ("B21.3", rows(state="reversed", number="")),
    ("B21.3", rows(state="withdrawn", number="", amount_fen=None, is_outdated=True)),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("code", "spoil"), BREAKS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BREAKS)])
def test_a_book_names_what_breaks_it(sent_tasks: object, code: str, spoil: Break) -> None:
    open_counter()
    orders = [cast.paid_order() for _ in range(2)]
    for order in orders:
        issued(order)
        give_back(order, 5_00)
    drain()
    assert find_broken_books() == []
    with transaction.atomic():
        spoil(orders[0])
        found = [row for row in find_broken_books() if row.startswith(f"{code} ")]
        transaction.set_rollback(True)
    sound = InvoiceRequest.objects.get(order=orders[1]).pk
    assert found and not any(f"invoice {sound} " in row for row in found)
