"""Invoices at the desk: the list, the page of one, the order's page, the home page, the filter of orders."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.invoices.models import InvoiceRequest
from orders.models import Order
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.console import page_with
from tests.invoices.invoices import COMPANY, CREDIT, NUMBER, PERSON, asked, give_back, issued, open_counter

LIST = "/console/orders/invoices/"


@pytest.fixture(autouse=True)
def _counter(shop: None) -> None:
    open_counter()


@pytest.fixture
def finance(sign_in: Any) -> Client:
    return sign_in("finance")


def outdated() -> InvoiceRequest:
    order = cast.paid_order()
    invoice = issued(order)
    give_back(order, 5_00)
    drain()
    invoice.refresh_from_db()
    return invoice


def press(client: Client, invoice: InvoiceRequest, action: str, **typed: Any) -> Any:
    return client.post(f"{LIST}{invoice.pk}/{action}/", {"version": invoice.version} | typed)


def shown(client: Client, query: str = "") -> list[int]:
    return [row.pk for row, _title, _fen in client.get(f"{LIST}{query}").context["rows"]]


def test_each_stands_on_its_tab(finance: Client) -> None:
    wanted, done, wrong = asked(), issued(), outdated()
    refused = asked()
    press(finance, refused, "refuse-invoice", reason="抬头有误")
    assert shown(finance) == [wanted.pk]
    assert shown(finance, "?show=correct") == [wrong.pk]
    assert shown(finance, "?show=issued") == [wrong.pk, done.pk]
    assert shown(finance, "?show=over") == [refused.pk]
    tabs = finance.get(LIST).context["tabs"]
    assert [str(tab["count"]) for tab in tabs] == ["1", "1", "", ""]


def test_a_number_is_found_on_every_tab(finance: Client) -> None:
    asked()
    done = issued()
    for number in (done.order.number, NUMBER, f" {NUMBER[:4]} {NUMBER[4:]}"):
        assert shown(finance, f"?q={number}") == [done.pk]
    assert "No invoice like this" in page_with(200, finance.get(f"{LIST}?q=12345678"))


def test_days_narrow_it(finance: Client) -> None:
    invoice = asked()
    day = f"{invoice.asked_at:%Y-%m-%d}"
    assert shown(finance, "?since=2020-01-01&until=2020-01-02") == []
    assert shown(finance, "?since=2020-01-01") == [invoice.pk]
    assert "A filter could not be read" in page_with(200, finance.get(f"{LIST}?since={day}x"))


def test_the_list_costs_the_same_however_long_it_is(finance: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            finance.get(LIST)
        return len(queries)

    asked()
    few = count()
    for _ in range(4):
        asked(title=PERSON)
    assert count() == few


def test_a_person_is_masked_until_somebody_looks_and_that_is_on_the_record(finance: Client) -> None:
    invoice = asked(title=PERSON)
    url = f"{LIST}{invoice.pk}/"
    for page in (LIST, url, f"/console/orders/{invoice.order.number}/"):
        html = page_with(200, finance.get(page))
        assert PERSON.title not in html and PERSON.email not in html
    html = page_with(200, finance.post(f"{url}reveal/"))
    assert PERSON.title in html and PERSON.email in html
    assert Event.objects.filter(verb="invoice.reveal").count() == 1


def test_a_company_stands_there_to_be_copied_but_for_its_mail(finance: Client) -> None:
    html = page_with(200, finance.get(f"{LIST}{asked().pk}/"))
    assert all(
        f'data-copy="{text}"' in html
        for text in (COMPANY.title, COMPANY.tax_number, COMPANY.address, COMPANY.bank, COMPANY.account)
    )
    assert COMPANY.email not in html and "f****@shanye.example" in html


def test_it_is_marked_as_issued_and_taken_back_from_the_toast(finance: Client) -> None:
    invoice = asked()
    dialog = page_with(200, finance.get(f"{LIST}{invoice.pk}/issue-invoice/"))
    assert f"¥{invoice.order.paid_fen / 100:,.2f}" in dialog
    assert press(finance, invoice, "issue-invoice", number=NUMBER).status_code == 302
    html = page_with(200, finance.get(f"{LIST}{invoice.pk}/"))
    assert "undo-issue/" in html and f'data-copy="{NUMBER}"' in html
    invoice.refresh_from_db()
    assert press(finance, invoice, "undo-issue").status_code == 302
    invoice.refresh_from_db()
    assert invoice.state == "asked"


@pytest.mark.parametrize(
    ("action", "typed", "sentence"),
    [
        ("issue-invoice", {"number": "1"}, "An invoice number has 8 to 30 digits or letters."),
        ("issue-invoice", {"number": NUMBER, "link": "x"}, "Copy the whole address of the file"),
        ("refuse-invoice", {"reason": " "}, "Please fill this in."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    finance: Client, action: str, typed: dict[str, str], sentence: str
) -> None:
    invoice = asked()
    answer = press(finance, invoice, action, **typed)
    html = answer.content.decode()
    assert answer.status_code in (400, 422) and sentence in html
    assert all(f'value="{value}"' in html for value in typed.values() if value.strip())
    invoice.refresh_from_db()
    assert invoice.version == 1


def test_one_to_correct_says_so_and_offers_both_ways(finance: Client) -> None:
    invoice = outdated()
    url = f"{LIST}{invoice.pk}/"
    html = page_with(200, finance.get(url))
    assert (
        "Money went back after it was issued" in html
        and "reissue-invoice/" in html
        and "reverse-invoice/" in html
    )
    other = NUMBER[::-1]
    assert press(finance, invoice, "reissue-invoice", credit_no=CREDIT, number=other).status_code == 302
    assert "Money went back after it was issued" not in page_with(200, finance.get(url))
    invoice.refresh_from_db()
    assert press(finance, invoice, "reverse-invoice", credit_no=CREDIT, reason="改抬头").status_code == 302
    invoice.refresh_from_db()
    assert invoice.state == "reversed"


def test_when_nothing_is_left_to_issue_the_page_says_why(finance: Client) -> None:
    order = cast.paid_order()
    invoice = asked(order)
    give_back(order, order.payable_fen)
    answer = press(finance, invoice, "issue-invoice", number=NUMBER)
    assert answer.status_code == 409
    assert "Nothing of this order is paid and kept" in answer.content.decode()


def test_the_order_and_its_timeline_tell_of_it(owner: Client) -> None:
    order = cast.paid_order()
    path = f"/console/orders/{order.number}/"
    assert LIST not in page_with(200, owner.get(path)).partition("<main")[2]
    invoice = issued(order)
    html = page_with(200, owner.get(path))
    assert f"{LIST}{invoice.pk}/" in html and COMPANY.title in html and "The invoice is issued" in html


def test_who_may_not_answer_it_sees_it_on_the_order_without_a_way_there(sign_in: Any) -> None:
    invoice = asked()
    html = page_with(200, sign_in("support").get(f"/console/orders/{invoice.order.number}/"))
    assert COMPANY.title in html and f"{LIST}{invoice.pk}/" not in html


def test_the_home_page_has_both_kinds_of_work(finance: Client) -> None:
    invoice, wrong = asked(), outdated()
    cards = {card.queue.name: card for card in finance.get("/console/").context["cards"]}
    assert cards["invoices"].rows[0].order.pk == invoice.order_id
    assert cards["invoices_to_correct"].rows[0].order.pk == wrong.order_id
    assert cards["invoices_to_correct"].rows[0].about == NUMBER


def test_orders_are_narrowed_by_their_invoice(owner: Client) -> None:
    wanted, done, wrong = asked(), issued(), outdated()
    cast.paid_order()

    def numbers(value: str) -> set[str]:
        rows = owner.get(f"/console/orders/?invoice={value}").context["rows"]
        return {row.order.number for row in rows}

    def of(*invoices: InvoiceRequest) -> set[str]:
        return set(Order.objects.filter(invoices__in=invoices).values_list("number", flat=True))

    assert numbers("asked") == of(wanted)
    assert numbers("issued") == of(done, wrong)
    assert numbers("to_correct") == of(wrong)


def test_where_it_is_switched_off_the_list_says_so(finance: Client) -> None:
    assert "Buyers cannot ask for invoices" not in page_with(200, finance.get(LIST))
    open_counter(invoices_on=False)
    assert "Buyers cannot ask for invoices" in page_with(200, finance.get(LIST))


TYPED = {name: str(value) for name, value in vars(COMPANY).items()}


def ask_url(order: Order) -> str:
    return f"/console/orders/{order.number}/invoice/"


def test_one_is_asked_for_in_the_buyers_place(finance: Client) -> None:
    order = cast.paid_order()
    assert ask_url(order) in page_with(200, finance.get(f"/console/orders/{order.number}/"))
    assert f"¥{order.paid_fen / 100:,.2f}" in page_with(200, finance.get(ask_url(order)))
    html = page_with(200, finance.post(ask_url(order), TYPED, follow=True))
    invoice = InvoiceRequest.objects.get(order=order)
    assert invoice.state == "asked" and COMPANY.title in html and "An invoice is asked for" in html
    assert ask_url(order) not in page_with(200, finance.get(f"/console/orders/{order.number}/"))
    assert f"{LIST}{invoice.pk}/" in page_with(200, finance.get(ask_url(order))).partition("<main")[2]
    press(finance, invoice, "refuse-invoice", reason="抬头有误")
    assert ask_url(order) in page_with(200, finance.get(f"/console/orders/{order.number}/"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"tax_number": ""}, "An invoice for a company needs its tax number."),
        ({"tax_number": "123"}, "A tax number has 15, 17, 18 or 20 characters"),
        ({"email": "lin"}, "This is no e-mail address."),
    ],
)
def test_what_is_wrong_with_a_title_is_said_beside_its_field(
    finance: Client, typed: dict[str, str], sentence: str
) -> None:
    order = cast.paid_order()
    answer = finance.post(ask_url(order), TYPED | typed)
    (name,) = typed
    assert sentence in str(answer.context["form"].errors[name]) and answer.status_code == 422
    assert COMPANY.bank in answer.content.decode() and not InvoiceRequest.objects.exists()


@pytest.mark.parametrize("role", ["support", "warehouse"])
def test_who_answers_none_is_not_offered_to_ask(sign_in: Any, role: str) -> None:
    order = cast.paid_order()
    assert ask_url(order) not in page_with(200, sign_in(role).get(f"/console/orders/{order.number}/"))


def test_it_is_offered_where_the_shop_issues_invoices_and_something_is_paid(finance: Client) -> None:
    unpaid, paid = cast.place(), cast.paid_order()
    assert ask_url(unpaid) not in page_with(200, finance.get(f"/console/orders/{unpaid.number}/"))
    open_counter(invoices_on=False)
    assert ask_url(paid) not in page_with(200, finance.get(f"/console/orders/{paid.number}/"))
