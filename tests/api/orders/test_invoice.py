"""POST /orders/{number}/invoice, what an order says of it, and what the shop says of invoices."""

from typing import Any

import pytest

from orders.invoices.models import InvoiceRequest
from orders.invoices.services.answering import issue_invoice
from shop.store.choices import PayMethod
from tests import cast
from tests.api.conftest import Buyer, refusal, wrong_fields
from tests.invoices.invoices import FINANCE, NUMBER, open_counter

PERSON = {"holder": "person", "title": "林晓燕", "email": "lin@mail.example"}
COMPANY = {
    "holder": "company",
    "title": "山野茶业",
    "email": "a@b.example",
    "tax_number": "91330106ma2abcde1x",
}


@pytest.fixture(autouse=True)
def _counter(db: None) -> None:
    open_counter(invoice_kinds="电子普通发票", invoice_days=90)


def ask(buyer: Buyer, **wanted: Any) -> Any:
    order = cast.paid_order(customer=buyer.customer)
    return order, buyer.post(f"/orders/{order.number}/invoice", PERSON | wanted)


def test_before_anything_is_paid_there_is_none(buyer: Buyer) -> None:
    told = buyer.get(f"/orders/{cast.place(buyer.customer).number}").json()
    assert (told["invoice"], told["can_ask_invoice"]) == (None, False)


def test_asked_for_it_stands_in_the_order(buyer: Buyer) -> None:
    order = cast.paid_order(customer=buyer.customer)
    path = f"/orders/{order.number}"
    assert buyer.get(path).json()["can_ask_invoice"] is True
    told = buyer.post(f"{path}/invoice", COMPANY).json()
    assert told == buyer.get(path).json()
    invoice = told["invoice"]
    assert (invoice["state"], invoice["state_words"], invoice["number"]) == ("asked", "Asked for", "")
    assert (invoice["title"], invoice["tax_number"], invoice["amount_fen"]) == (
        "山野茶业",
        "91330106MA2ABCDE1X",
        None,
    )
    assert told["can_ask_invoice"] is True  # It can still be changed.


def test_issued_it_says_number_sum_and_file(buyer: Buyer) -> None:
    order, _answer = ask(buyer)
    link = "https://dppt.example/1"
    issue_invoice(InvoiceRequest.objects.get().pk, number=NUMBER, link=link, note="已发邮箱", actor=FINANCE)
    told = buyer.get(f"/orders/{order.number}").json()
    assert told["can_ask_invoice"] is False
    said = {name: told["invoice"][name] for name in ("state", "number", "amount_fen", "link", "answer")}
    assert said == {
        "state": "issued",
        "number": NUMBER,
        "amount_fen": order.paid_fen,
        "link": link,
        "answer": "已发邮箱",
    }
    assert refusal(buyer.post(f"/orders/{order.number}/invoice", COMPANY)) == (409, "already_issued")
    assert refusal(buyer.post(f"/orders/{order.number}/invoice/withdraw")) == (409, "already_issued")


def test_sent_again_nothing_is_done(buyer: Buyer) -> None:
    order, first = ask(buyer)
    assert buyer.post(f"/orders/{order.number}/invoice", PERSON).json() == first.json()
    assert InvoiceRequest.objects.get().version == 1


def test_withdrawn_it_can_be_asked_for_again(buyer: Buyer) -> None:
    order, _answer = ask(buyer)
    for _time in range(2):
        told = buyer.post(f"/orders/{order.number}/invoice/withdraw").json()
        assert (told["invoice"]["state"], told["can_ask_invoice"]) == ("withdrawn", True)
    assert buyer.post(f"/orders/{order.number}/invoice", COMPANY).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"email": "lin"}, (400, "bad_email")),
        ({"holder": "company"}, (400, "tax_number_required")),
        ({"holder": "company", "tax_number": "123"}, (400, "bad_tax_number")),
    ],
)
def test_what_is_wrong_has_a_code(buyer: Buyer, wanted: dict[str, str], told: tuple[int, str]) -> None:
    assert refusal(ask(buyer, **wanted)[1]) == told


@pytest.mark.parametrize(
    "wanted", [{"title": ""}, {"holder": "shop"}, {"note": "x" * 201}, {"number": NUMBER}]
)
def test_fields_are_named(buyer: Buyer, wanted: dict[str, str]) -> None:
    assert wrong_fields(ask(buyer, **wanted)[1]) == list(wanted)


def test_nothing_paid_and_switched_off(buyer: Buyer) -> None:
    unpaid = cast.place(buyer.customer, pay_method=PayMethod.COD)
    assert refusal(buyer.post(f"/orders/{unpaid.number}/invoice", PERSON)) == (409, "nothing_paid")
    open_counter(invoices_on=False)
    order, answer = ask(buyer)
    assert refusal(answer) == (409, "invoices_off")
    assert buyer.get(f"/orders/{order.number}").json()["can_ask_invoice"] is False


def test_the_last_title_fills_in_the_next_form(buyer: Buyer, other: Buyer) -> None:
    assert buyer.get("/me/invoice-title").json() == {"title": None}
    ask(buyer, **COMPANY)
    ask(other)
    told = buyer.get("/me/invoice-title").json()["title"]
    assert (told["holder"], told["title"], told["tax_number"]) == (
        "company",
        "山野茶业",
        "91330106MA2ABCDE1X",
    )


def test_the_shop_says_what_it_issues(buyer: Buyer) -> None:
    assert buyer.get("/shop").json()["invoices"] == {"kinds": "电子普通发票", "days": 90}
    open_counter(invoices_on=False)
    assert buyer.get("/shop").json()["invoices"] is None
