"""The shop issues an invoice, refuses it, takes that back, and reverses it when money went back."""

from typing import Any

import pytest
from django.utils.translation import override

from orders.invoices.models import InvoiceRequest
from orders.invoices.selectors import get_invoice, list_asked, list_to_correct, list_waiting
from orders.invoices.services.answering import (
    issue_invoice,
    refuse_invoice,
    reissue_invoice,
    reveal_invoice,
    reverse_invoice,
    undo_issue,
)
from orders.services.steps import receive_order
from shop import clock
from shop.customers.erasure import GRACE, ask_erasure, erase_when_due, list_obstacles
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused
from tests.invoices.invoices import CREDIT, FINANCE, NUMBER, PERSON, asked, give_back, issued, open_counter

pytestmark = pytest.mark.django_db
OTHER = "26332000000099990000"


@pytest.fixture(autouse=True)
def _shop() -> None:
    open_counter()


def now(invoice: InvoiceRequest) -> InvoiceRequest:
    return get_invoice(invoice.pk, actor=FINANCE)


def outdated(fen: int = 5_00) -> InvoiceRequest:
    """An issued invoice of an order of which so much went back."""
    order = cast.paid_order()
    invoice = issued(order)
    give_back(order, fen)
    drain()
    return now(invoice)


def test_issued_it_says_what_was_paid_and_is_not_back():
    order = cast.paid_order()
    give_back(order, 5_00)
    invoice = asked(order)
    assert list_asked("all").get() == invoice
    link, note = "https://dppt.zhejiang.chinatax.gov.cn/v/2_1", "已发邮箱"
    issue_invoice(invoice.pk, number=f" {NUMBER[:4]} {NUMBER[4:]} ", link=link, note=note, actor=FINANCE)
    kept = now(invoice)
    assert (kept.state, kept.number, kept.link, kept.answer) == ("issued", NUMBER, link, note)
    assert kept.amount_fen == order.paid_fen - 5_00 and kept.answered_at
    assert not list_waiting("all").exists()
    event = Event.objects.get(verb="invoice.issue")
    assert event.data == {"invoice_no": NUMBER, "amount_fen": kept.amount_fen}


@pytest.mark.parametrize("number", ["", "1234567", "发票号码一二三四五", "9" * 31, "1234 5678/9"])
def test_a_number_that_is_none_is_refused(number):
    invoice = asked()
    with refused("bad_invoice_number", 400):
        issue_invoice(invoice.pk, number=number, actor=FINANCE)
    assert now(invoice).state == "asked"


@pytest.mark.parametrize(
    "link", ["http://x.example/1", "javascript:alert(1)", "x", "https://" + "x" * 500 + ".example"]
)
def test_a_link_is_the_whole_address_of_a_file(link):
    with refused("bad_link", 400):
        issue_invoice(asked().pk, number=NUMBER, link=link, actor=FINANCE)


def test_when_all_has_gone_back_nothing_is_issued_but_it_can_be_refused():
    order = cast.paid_order()
    invoice = asked(order)
    give_back(order, order.payable_fen)
    with refused("nothing_paid"):
        issue_invoice(invoice.pk, number=NUMBER, actor=FINANCE)
    assert refuse_invoice(invoice.pk, reason="已全额退款", actor=FINANCE).state == "refused"


def test_who_refuses_says_why():
    invoice = asked()
    with refused("reason_required", 400):
        refuse_invoice(invoice.pk, reason=" ", actor=FINANCE)
    refuse_invoice(invoice.pk, reason="税号与名称不符", actor=FINANCE)
    assert (now(invoice).state, now(invoice).answer) == ("refused", "税号与名称不符")


def test_marked_by_mistake_it_waits_again():
    invoice = issued()
    undo_issue(invoice.pk, actor=FINANCE)
    again = now(invoice)
    assert (again.state, again.number, again.amount_fen, again.answered_at) == ("asked", "", None, None)
    assert Event.objects.get(verb="invoice.undo_issue").data["invoice_no"] == NUMBER


def test_a_form_that_is_too_old_is_refused():
    invoice = asked()
    asked(invoice.order, PERSON)
    with refused("stale"):
        issue_invoice(invoice.pk, number=NUMBER, actor=FINANCE, expected_version=1)


class TestMoneyGoesBack:
    def test_then_it_is_to_be_corrected(self):
        invoice = outdated()
        assert invoice.is_outdated and list_to_correct("all").get() == invoice == list_waiting("all").get()
        assert Event.objects.filter(verb="invoice.outdate").count() == 1

    def test_once_however_often(self):
        invoice = outdated()
        give_back(invoice.order, 1_00)
        drain()
        assert Event.objects.filter(verb="invoice.outdate").count() == 1

    def test_what_only_waits_says_less_by_itself(self):
        order = cast.paid_order()
        invoice = asked(order)
        give_back(order, 5_00)
        drain()
        assert not now(invoice).is_outdated
        assert issue_invoice(invoice.pk, number=NUMBER, actor=FINANCE).amount_fen == order.paid_fen - 5_00

    def test_reversed_and_another_issued_over_the_rest(self):
        invoice = outdated()
        reissue_invoice(invoice.pk, credit_no=CREDIT, number=OTHER, actor=FINANCE)
        kept = now(invoice)
        assert (kept.state, kept.number, kept.is_outdated) == ("issued", OTHER, False)
        assert kept.amount_fen == fresh(kept.order).paid_fen - 5_00
        assert Event.objects.get(verb="invoice.reissue").data["credit_no"] == CREDIT

    def test_the_number_that_was_reversed_is_not_the_new_one(self):
        invoice = outdated()
        with refused("same_number", 400):
            reissue_invoice(invoice.pk, credit_no=CREDIT, number=NUMBER, actor=FINANCE)

    def test_reversed_without_another_the_buyer_can_ask_again(self):
        invoice = outdated()
        reverse_invoice(invoice.pk, credit_no=CREDIT, reason="买家要求改抬头", actor=FINANCE)
        kept = now(invoice)
        assert (kept.state, kept.number, kept.is_outdated) == ("reversed", NUMBER, False)
        assert asked(kept.order, PERSON).state == "asked"

    def test_when_nothing_is_left_it_is_only_reversed(self):
        order = cast.paid_order()
        invoice = issued(order)
        give_back(order, order.payable_fen)
        drain()
        with refused("nothing_paid"):
            reissue_invoice(invoice.pk, credit_no=CREDIT, number=OTHER, actor=FINANCE)
        assert (
            reverse_invoice(invoice.pk, credit_no=CREDIT, reason="全额退款", actor=FINANCE).state
            == "reversed"
        )

    def test_nobody_is_trapped_by_a_mark_that_was_a_mistake(self):
        invoice = outdated()
        assert undo_issue(invoice.pk, actor=FINANCE).is_outdated is False


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        (issue_invoice, {"number": NUMBER}),
        (refuse_invoice, {"reason": "x"}),
        (reveal_invoice, {}),
    ],
)
def test_staff_need_the_capability_and_buyers_have_none(act: Any, typed: dict[str, str]):
    invoice = asked()
    for actor in (cast.clerk("support"), cast.clerk("warehouse"), cast.buyer(invoice.order)):
        with refused("forbidden", 403):
            act(invoice.pk, **typed, actor=actor)
    with refused("not_found", 404):
        act(invoice.pk, **typed, actor=cast.buyer(cast.place()))
    with refused("not_found", 404):
        act(0, **typed, actor=FINANCE)
    act(invoice.pk, **typed, actor=FINANCE)


def test_who_looks_is_on_the_record_and_no_form_grows_too_old_by_it():
    invoice = asked(title=PERSON)
    assert reveal_invoice(invoice.pk, actor=FINANCE).title == PERSON.title
    assert Event.objects.get(verb="invoice.reveal").actor_name == FINANCE.name
    assert (
        issue_invoice(invoice.pk, number=NUMBER, actor=cast.clerk(id_=7), expected_version=1).state
        == "issued"
    )


def test_while_one_waits_its_buyer_is_not_erased_and_afterwards_only_number_and_sum_stay():
    order = cast.shipped_order()
    receive_order(order.pk, actor=cast.buyer(order))
    invoice = asked(order, PERSON)
    with override("en"):
        assert any("invoice" in str(words) for words in list_obstacles(order.customer))
    issue_invoice(invoice.pk, number=NUMBER, note="已发邮箱", actor=FINANCE)
    ask_erasure(order.customer_id, actor=cast.clerk())
    with clock.at(clock.now() + GRACE * 2):
        erase_when_due(order.customer_id)
    gone = now(invoice)
    assert (gone.number, gone.amount_fen) == (NUMBER, order.paid_fen)
    assert not {gone.title, gone.email, gone.answer} & {PERSON.title, PERSON.email, "已发邮箱"}
