"""Each book of bills finds the row that breaks it, and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from orders.bills.models import Bill, BillLine, Difference
from orders.payments.models import Payment
from tests.bills.bills import fetch, made_difference, paid_yesterday
from tests.conftest import find_broken_books
from tests.gateway import Gateway

Break = Callable[[], Any]
TRADES = {"kind": "trades"}


def book_unheard() -> None:
    """A payment with the number of an open difference, as if nobody had heard of it."""
    trade_no = Difference.objects.values_list("trade_no", flat=True).get()
    Payment.objects.update(trade_no=trade_no)


BREAKS: list[tuple[str, Break]] = [
    ("B23.1", lambda: Bill.objects.filter(**TRADES).update(rows=7)),
    ("B23.1", lambda: Bill.objects.filter(**TRADES).update(received_fen=1)),
    ("B23.1", lambda: Bill.objects.filter(**TRADES).update(refunded_fen=1)),
    ("B23.1", lambda: BillLine.objects.all().delete()),
    ("B23.2", lambda: Difference.objects.update(state="settled")),
    ("B23.2", lambda: Difference.objects.update(is_by_itself=True)),
    ("B23.3", book_unheard),
]


@pytest.mark.parametrize(("code", "spoil"), BREAKS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BREAKS)])
def test_a_book_names_what_breaks_it(bills: Gateway, code: str, spoil: Break) -> None:
    paid_yesterday(bills)
    fetch()
    made_difference()
    assert find_broken_books() == []
    with transaction.atomic():
        spoil()
        found = [row for row in find_broken_books() if row.startswith(f"{code} ")]
        transaction.set_rollback(True)
    assert len(found) == 1
