"""GET /console/orders/<number>/<action>/: dialogs are fetched when they are opened."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.desk.order.actions import ACTIONS
from orders.models import Order
from orders.payments.services.collecting import collect_payment
from shop.store.choices import PayMethod
from tests import cast
from tests.console import page_with

FETCHED = {"HX-Request": "true"}


def url_of(order: Order, name: str) -> str:
    return f"/console/orders/{order.number}/{name}/"


def test_the_page_draws_no_dialog_that_nobody_opened(owner: Client) -> None:
    html = owner.get(f"/console/orders/{cast.paid_order().number}/").content.decode()
    assert 'data-dialog-open="#dialog-hold"' in html
    assert html.count("<dialog") == 2  # the keys, and the shade while one is fetched
    assert 'name="reason"' not in html


@pytest.mark.parametrize("name", ["ship", "hold", "change-address", "cancel-lines", "cancel-paid"])
def test_it_comes_alone_and_closed_when_a_script_asks(owner: Client, name: str) -> None:
    html = page_with(200, owner.get(url_of(cast.prepared_order(), name), headers=FETCHED))
    assert f'id="dialog-{name.replace("-", "_")}"' in html
    assert "<html" not in html
    assert "data-dialog-auto" not in html


def test_without_scripts_it_stands_open_on_the_page(owner: Client) -> None:
    html = owner.get(url_of(cast.paid_order(), "hold")).content.decode()
    assert "<html" in html
    assert html.count('id="dialog-hold"') == 1
    assert "data-dialog-auto" in html


def test_a_refused_form_comes_back_inside_it_with_what_was_typed(owner: Client) -> None:
    order = cast.paid_order()
    answer = owner.post(
        url_of(order, "cancel-paid"), {"reason": "", "notice": "很抱歉", "version": order.version}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count('id="dialog-cancel_paid"') == 1
    assert "很抱歉" in html


def test_nobody_gets_a_dialog_without_the_right(sign_in: object) -> None:
    finance = sign_in("finance")  # type: ignore[operator]
    answer = finance.get(url_of(cast.paid_order(), "ship"), headers=FETCHED)
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().endswith(".")


def test_an_order_that_moved_on_answers_with_a_sentence(owner: Client) -> None:
    order = cast.place()
    fetched = owner.get(url_of(order, "ship"), headers=FETCHED)
    assert (fetched.status_code, fetched["Content-Type"].split(";")[0]) == (409, "text/plain")
    assert "<" not in fetched.content.decode()
    page = owner.get(url_of(order, "ship"))
    assert page.status_code == 200
    assert fetched.content.decode() in page.content.decode()
    assert 'id="dialog-ship"' not in page.content.decode()


def test_a_choice_that_is_none_answers_with_a_sentence(owner: Client) -> None:
    cast.open_shop(express_cod_on=False, local_cod_on=False, balance_on=False, transfer_on=False)
    page = page_with(409, owner.get(url_of(cast.place(), "choose-payment"), headers=FETCHED))
    assert "offers no other way to pay" in page


def test_every_action_of_a_menu_has_words_to_show_beforehand() -> None:
    assert [name for name, action in ACTIONS.items() if action.in_menu and not action.words] == []


def test_it_costs_a_few_queries(owner: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """Two more than without e-waybills, and for who may set those up four to say what is missing."""
    order = cast.prepared_order()
    with django_assert_max_num_queries(11):
        owner.get(url_of(order, "ship"), headers=FETCHED)


class TestTheAmount:
    """The dialog that cancels says what its amount is: what goes back, to whom, by which way."""

    def amount_of(self, client: Client, order: Order) -> list[str]:
        html = page_with(200, client.get(url_of(order, "cancel-paid"), headers=FETCHED))
        shown = html[html.index('class="dialog-words"') : html.index('class="field"')]
        return re.findall(r">([^<>\n]+)</(?:div|b)>", shown)

    def test_goes_back_the_way_it_was_paid(self, owner: Client) -> None:
        order = cast.paid_order()
        assert self.amount_of(owner, order) == [
            "Goes back to the buyer",
            "¥45.00",
            "¥45.00 by WeChat Pay, to where it was paid from",
        ]

    def test_without_what_was_given_back_before(self, owner: Client) -> None:
        order = cast.paid_order()
        payment = order.payments.get()
        cast.refund_payment(payment.pk, amount_fen=5_40, reason="少发赠品", actor=cast.clerk())
        amount, way, gone = self.amount_of(owner, order)[1:]
        assert (amount, gone) == ("¥39.60", "¥5.40 more is back already, or on its way")
        assert way.startswith("¥39.60 by WeChat Pay, to where it was paid from, at ")

    def test_cash_is_paid_out_by_hand(self, owner: Client) -> None:
        order = cast.place(pay_method=PayMethod.COD)
        collect_payment(order.pk, actor=cast.clerk())
        assert self.amount_of(owner, order)[-1] == "¥45.00 to be paid out by hand (Cash on delivery)"

    def test_a_balance_has_it_at_once(self, owner: Client) -> None:
        order = cast.paid_order()
        order.payments.update(method=PayMethod.BALANCE)
        assert self.amount_of(owner, order)[-1] == "¥45.00 to the buyer's balance, at once".replace(
            "'", "&#39;"
        )

    def test_what_is_to_be_collected_is_what_is_owed(self, owner: Client) -> None:
        order = cast.place(pay_method=PayMethod.COD)
        html = page_with(200, owner.get(url_of(order, "collect"), headers=FETCHED))
        assert "Owed for this order" in html
