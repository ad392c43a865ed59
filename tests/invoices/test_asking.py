"""A buyer asks for an invoice: when, for whom, once; changes it, withdraws it, asks again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.invoices.models import Holder, InvoiceRequest, InvoiceState
from orders.invoices.selectors import find_last_title, find_newest
from orders.invoices.services.answering import refuse_invoice
from orders.invoices.services.asking import ask_invoice, withdraw_invoice
from orders.services.steps import receive_order
from shop import clock
from shop.customers.models import Customer
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused
from tests.invoices.invoices import COMPANY, FINANCE, PERSON, asked, give_back, issued, open_counter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    open_counter()


def test_what_is_asked_for_is_kept_sealed_and_opens_for_its_order():
    order = cast.paid_order()
    invoice = find_newest(asked(order).order_id)
    assert (invoice.state, invoice.title, invoice.tax_number) == ("asked", COMPANY.title, COMPANY.tax_number)
    assert (invoice.email, invoice.bank, invoice.note) == (COMPANY.email, COMPANY.bank, COMPANY.note)
    assert invoice.amount_fen is None and invoice.order_id == order.pk
    event = Event.objects.get(verb="invoice.ask")
    assert (event.order_id, event.data) == (order.pk, {})


def test_of_a_person_nothing_about_companies_is_kept():
    invoice = asked(title=replace(COMPANY, holder=Holder.PERSON, title="林晓燕"))
    assert {invoice.tax_number, invoice.address, invoice.phone, invoice.bank, invoice.account} == {""}


@pytest.mark.parametrize(
    "typed",
    [
        "91330106ma2abcde1x",
        " 9133 0106 MA2A BCDE 1X ",
        "９１３３０１０６ＭＡ２ＡＢＣＤＥ１Ｘ",
        "91330106-MA2ABCDE1X",
    ],
)
def test_a_tax_number_is_put_right(typed):
    assert asked(title=replace(COMPANY, tax_number=typed)).tax_number == "91330106MA2ABCDE1X"


@pytest.mark.parametrize("length", [15, 17, 18, 20])
def test_these_lengths_are_tax_numbers(length):
    assert asked(title=replace(COMPANY, tax_number="9" * length)).tax_number == "9" * length


@pytest.mark.parametrize(
    "typed", ["9" * 14, "9" * 16, "9" * 19, "9" * 21, "9133010_MA2ABCDE1X", "税号税号税号税号税号税号税号税"]
)
def test_others_are_not(typed):
    order = cast.paid_order()
    with refused("bad_tax_number", 400):
        asked(order, replace(COMPANY, tax_number=typed))
    assert not InvoiceRequest.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tax_number": " "}, "tax_number_required"),
        ({"title": " "}, "title_required"),
        ({"email": "lin"}, "bad_email"),
        ({"email": ""}, "bad_email"),
        ({"note": "x" * 201}, "too_long"),
    ],
)
def test_what_is_missing_or_wrong_is_said(changes, code):
    with refused(code, 400):
        asked(title=replace(COMPANY, **changes))


class TestWhen:
    def test_not_while_it_is_switched_off(self):
        cast.open_shop(invoices_on=False)
        with refused("invoices_off", 409):
            asked()

    def test_not_before_it_is_paid(self):
        with refused("nothing_paid"):
            asked(cast.place())
        with refused("nothing_paid"):
            asked(cast.place(pay_method=PayMethod.COD))

    def test_not_when_all_went_back(self):
        order = cast.paid_order()
        give_back(order, order.payable_fen)
        with refused("nothing_paid"):
            asked(order)

    def test_until_so_many_days_after_receipt(self):
        open_counter(invoice_days=30)
        order = cast.shipped_order()
        receive_order(order.pk, actor=cast.buyer(order))
        received_at = fresh(order).received_at
        with clock.at(received_at + timedelta(days=30)), refused("invoice_too_late"):
            asked(order)
        with clock.at(received_at + timedelta(days=30, seconds=-1)):
            assert asked(order).state == "asked"

    def test_one_that_was_asked_for_in_time_is_changed_later(self):
        order = cast.shipped_order()
        asked(order)
        receive_order(order.pk, actor=cast.buyer(order))
        with clock.at(clock.now() + timedelta(days=400)):
            assert asked(order, PERSON).title == PERSON.title


def test_another_buyer_finds_nothing():
    order, other = cast.paid_order(), cast.place()
    with refused("not_found", 404):
        ask_invoice(order.pk, COMPANY, actor=cast.buyer(other))
    asked(order)
    with refused("not_found", 404):
        withdraw_invoice(order.pk, actor=cast.buyer(other))


class TestInTheBuyersPlace:
    def test_who_answers_them_asks_too_and_it_is_known_who_did(self):
        order = cast.paid_order()
        with refused("forbidden", 403):
            ask_invoice(order.pk, COMPANY, actor=cast.clerk("warehouse"))
        invoice = ask_invoice(order.pk, COMPANY, actor=FINANCE)
        assert (invoice.state, find_newest(order.pk).title) == ("asked", COMPANY.title)
        assert Event.objects.get(verb="invoice.ask").actor_id == FINANCE.id

    def test_also_when_it_is_too_late_or_switched_off_for_the_buyer(self):
        open_counter(invoice_days=30)
        order = cast.shipped_order()
        receive_order(order.pk, actor=cast.buyer(order))
        with clock.at(fresh(order).received_at + timedelta(days=31)):
            with refused("invoice_too_late"):
                asked(order)
            assert ask_invoice(order.pk, COMPANY, actor=FINANCE).state == "asked"
        cast.open_shop(invoices_on=False)
        assert ask_invoice(cast.paid_order().pk, COMPANY, actor=FINANCE).state == "asked"

    def test_not_of_what_nobody_paid_nor_for_whom_nobody_knows(self):
        with refused("nothing_paid"):
            ask_invoice(cast.place().pk, COMPANY, actor=FINANCE)
        order = cast.paid_order()
        Customer.objects.filter(pk=order.customer_id).update(erased_at=clock.now())
        with refused("erased"):
            ask_invoice(order.pk, COMPANY, actor=FINANCE)

    def test_what_the_buyer_asked_for_is_not_overwritten(self):
        order = cast.paid_order()
        first = asked(order)
        assert ask_invoice(order.pk, COMPANY, actor=FINANCE).version == first.version
        with refused("already_asked"):
            ask_invoice(order.pk, PERSON, actor=FINANCE)
        assert find_newest(order.pk).title == COMPANY.title


def test_the_same_again_does_nothing_and_something_else_changes_it():
    order = cast.paid_order()
    first = asked(order)
    assert asked(order).version == first.version == 1
    changed = asked(order, PERSON)
    assert (changed.pk, changed.version, changed.title, changed.tax_number) == (first.pk, 2, "林晓燕", "")
    assert find_newest(order.pk).email == PERSON.email
    assert list(Event.objects.filter(kind="invoice").values_list("verb", flat=True)) == [
        "invoice.ask",
        "invoice.change",
    ]


def test_one_that_is_issued_is_not_changed_or_withdrawn():
    order = cast.paid_order()
    issued(order)
    with refused("already_issued"):
        asked(order, PERSON)
    with refused("already_issued"):
        withdraw_invoice(order.pk, actor=cast.buyer(order))


def test_withdrawn_twice_it_is_withdrawn_once_and_can_be_asked_for_again():
    order = cast.paid_order()
    first = asked(order)
    for _time in range(2):
        gone = withdraw_invoice(order.pk, actor=cast.buyer(order))
        assert (gone.pk, gone.state, gone.version) == (first.pk, InvoiceState.WITHDRAWN, 2)
    again = asked(order)
    assert again.pk != first.pk and again.state == "asked"


def test_after_a_refusal_it_is_asked_again_and_not_withdrawn():
    order = cast.paid_order()
    refuse_invoice(asked(order).pk, reason="抬头有误", actor=FINANCE)
    with refused("nothing_asked"):
        withdraw_invoice(order.pk, actor=cast.buyer(order))
    assert asked(order).state == "asked"


def test_without_any_nothing_is_withdrawn():
    order = cast.paid_order()
    with refused("nothing_asked"):
        withdraw_invoice(order.pk, actor=cast.buyer(order))


def test_the_last_title_is_remembered_of_any_order_of_the_buyer():
    customer = cast.make_customer()
    assert find_last_title(customer.pk) is None
    asked(cast.paid_order(customer=customer), PERSON)
    asked(cast.paid_order(customer=customer), COMPANY)
    asked(cast.paid_order(), replace(PERSON, title="别人"))
    assert find_last_title(customer.pk).title == COMPANY.title
