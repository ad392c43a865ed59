"""An invoice asked for, answered and overtaken by a refund, all at one moment."""

from dataclasses import replace

import pytest

from orders.invoices.models import InvoiceRequest
from orders.invoices.rules import get_invoiceable_fen
from orders.invoices.selectors import get_invoice
from orders.invoices.services.answering import follow_refund, issue_invoice, refuse_invoice
from orders.invoices.services.asking import ask_invoice
from orders.models import Order
from shop.events.delivery import drain
from tests import cast
from tests.expect import fresh
from tests.invoices.invoices import COMPANY, NUMBER, asked, give_back, open_counter
from tests.races.conftest import Rendezvous, codes_of, run_together

ROUNDS = 6
FIRST, SECOND = cast.clerk("finance", id_=1), cast.clerk("manager", id_=2)


@pytest.fixture(autouse=True)
def _shop(open_shop) -> None:
    open_counter()


def press(order: Order, n: int):
    title = replace(COMPANY, note=f"第 {n} 次")
    return lambda: ask_invoice(order.pk, title, actor=cast.buyer(order))


def test_asked_for_by_eight_there_is_one():
    order = cast.paid_order()
    assert codes_of(run_together([press(order, n) for n in range(8)])) == ["ok"] * 8
    assert InvoiceRequest.objects.get().version == 8


def test_without_the_lock_the_database_is_the_last_guard(switch_off_order_lock):
    order = cast.paid_order()
    switch_off_order_lock(2)
    told = codes_of(run_together([press(order, n) for n in range(2)]))
    assert told[-1] == "ok" and {*told} <= {"IntegrityError", "ok"}
    assert InvoiceRequest.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_answered_by_two_it_is_answered_once(_round):
    invoice = asked()
    acts = [
        lambda: issue_invoice(invoice.pk, number=NUMBER, actor=FIRST, expected_version=1),
        lambda: refuse_invoice(invoice.pk, reason="x", actor=SECOND, expected_version=1),
    ]
    told = codes_of(run_together(acts))
    invoice.refresh_from_db()
    assert told[0] == "ok" and len({*told}) == 2 and invoice.version == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_overtaken_by_a_refund_it_says_less_or_is_to_be_corrected(_round):
    order = cast.paid_order()
    invoice = asked(order)
    issue = lambda: issue_invoice(invoice.pk, number=NUMBER, actor=FIRST)  # noqa: E731
    refund = lambda: give_back(order, 5_00)  # noqa: E731
    assert codes_of(run_together([issue, refund])) == ["ok", "ok"]
    drain()
    kept, left_fen = get_invoice(invoice.pk, actor=FIRST), fresh(order).paid_fen - 5_00
    assert kept.amount_fen == left_fen or (kept.amount_fen == order.paid_fen and kept.is_outdated)


def test_without_the_lock_an_invoice_may_say_too_much_unseen(monkeypatch):
    """The refund is back, and its follower has looked, between reading what is paid and writing it down."""
    order = cast.paid_order()
    invoice = asked(order)
    read, written, readers = Rendezvous(2), Rendezvous(2), iter("1")

    def read_and_wait(of: Order) -> int:
        fen = get_invoiceable_fen(of)
        if next(readers, ""):
            read.meet()
            written.meet()
        return fen

    def refund() -> None:
        read.meet()
        give_back(order, 5_00)
        follow_refund(order.pk)
        written.meet()

    monkeypatch.setattr("orders.invoices.services.answering.get_invoiceable_fen", read_and_wait)
    monkeypatch.setattr(
        "orders.invoices.services.answering.lock_row", lambda model, pk: model.objects.get(pk=pk)
    )
    run_together([lambda: issue_invoice(invoice.pk, number=NUMBER, actor=FIRST), refund])
    kept = get_invoice(invoice.pk, actor=FIRST)
    assert kept.amount_fen > fresh(order).paid_fen - 5_00 and not kept.is_outdated
    follow_refund(order.pk)
