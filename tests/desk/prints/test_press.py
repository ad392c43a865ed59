"""POST /console/orders/prints/"""

import re

import pytest
from django.test import Client

from orders.desk.prints import presses
from orders.models import Order
from orders.services.steps import hold_order
from shop.events.models import Event
from tests.cast import clerk, paid_order, place
from tests.desk.conftest import SignIn
from tests.expect import fresh

URL = "/console/orders/prints/"
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


def press(client: Client, document: str, *orders: Order, here: str = "", **body: object) -> str:
    """The address that a press leads to; `here` is the page on which it was made."""
    sent = {"document": document, "number": [order.number for order in orders], **body}
    response = client.post(URL, sent, headers={"referer": f"http://testserver{here}"} if here else {})
    assert response.status_code == 302
    return str(response["Location"])


def token_of(address: str) -> str:
    return address.partition("?")[0].removeprefix(URL).rstrip("/")


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def prints(*orders: Order) -> list[int]:
    return [fresh(order).prints for order in orders]


def test_each_chosen_order_is_recorded_once_and_stands_in_one_document(owner: Client) -> None:
    orders = [paid_order() for _ in range(3)]
    shown = read(owner, press(owner, "receipt", *orders, *orders))
    assert prints(*orders) == [1, 1, 1]
    assert shown.count('class="strip"') == 3
    assert Event.objects.filter(verb="order.print").count() == 3


def test_loading_the_document_again_counts_nothing_and_shows_the_same_copy(owner: Client) -> None:
    order = paid_order()
    press(owner, "receipt", order)
    second = press(owner, "receipt", order)
    press(owner, "receipt", order)
    assert "Reprint 2" in read(owner, second)
    assert "Reprint 2" in read(owner, second)
    assert prints(order) == [3]


def test_the_first_copy_bears_no_mark(owner: Client) -> None:
    assert "Reprint" not in read(owner, press(owner, "receipt", paid_order()))


def test_printing_again_from_the_document_counts(owner: Client) -> None:
    order = paid_order()
    token = token_of(press(owner, "receipt", order))
    assert "Reprint 2" in read(owner, press(owner, "receipt", again=token))
    assert prints(order) == [2]


def test_all_results_of_a_filter_are_printed(owner: Client) -> None:
    wanted = [paid_order() for _ in range(3)]
    cash = place(pay_method="cod")
    press(owner, "receipt", all="1", filter="pay=wechat")
    assert prints(*wanted, cash) == [1, 1, 1, 0]


def test_more_than_fit_into_one_document_are_refused_in_a_sentence(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "MOST", 2)
    orders = [paid_order() for _ in range(3)]
    here = "/console/orders/?tab=to_confirm"
    for chosen in ({"number": [order.number for order in orders]}, {"all": "1", "filter": ""}):
        assert press(owner, "receipt", here=here, **chosen).endswith(here)
        assert "At most 2 orders are printed at once" in read(owner, here)
    assert prints(*orders) == [0, 0, 0]


def test_orders_that_are_not_to_be_picked_are_not_recorded_on_the_pick_list(owner: Client) -> None:
    held, good = paid_order(), paid_order()
    hold_order(held.pk, reason="等补货", actor=clerk())
    shown = read(owner, press(owner, "pick_list", held, good, place()))
    printed = Event.objects.filter(verb="order.print").values_list("subject_id", flat=True)
    assert list(printed) == [good.pk]
    assert shown.count("on hold") == shown.count("not paid yet") == 1


def test_a_pick_list_of_nothing_is_refused_in_a_sentence(owner: Client) -> None:
    here = f"/console/orders/?number={place().number}"
    assert press(owner, "pick_list", place(), here=here).endswith(here)
    assert "None of the chosen orders has goods to pick now." in read(owner, here)


def test_after_printing_the_way_leads_back_to_where_it_was_pressed(owner: Client) -> None:
    order = paid_order()
    for here in (f"/console/orders/{order.number}/", "/console/orders/?tab=to_confirm"):
        document = read(owner, press(owner, "receipt", order, here=here))
        assert f'<a href="http://testserver{here}">Back</a>' in document
        token = re.findall(r'name="again" value="([^"]+)"', document)[0]
        again = press(owner, "receipt", here=f"{URL}{token}/", again=token, next=here)
        assert f'<a href="{here}">Back</a>' in read(owner, again)
    strange = press(owner, "receipt", order, next="https://example.com/")
    assert "example.com" not in read(owner, strange)
    assert "example.com" not in read(owner, strange.partition("?")[0] + "?next=https://example.com/")


def test_what_nobody_pressed_for_is_not_shown(owner: Client) -> None:
    order = paid_order()
    address = press(owner, "receipt", order)
    token = token_of(address)
    for false in ("x", token[:-1], f"{token}x", token.swapcase()):
        response = owner.get(f"{URL}{false}/")
        assert response.status_code == 410
        assert order.number not in response.content.decode()
        assert owner.post(URL, {"document": "receipt", "again": false}).status_code == 302
    assert prints(order) == [1]


@pytest.mark.parametrize("body", [{}, {"document": "label"}, {"document": "receipt\x00"}])
def test_a_document_that_there_is_not_is_refused(owner: Client, body: dict[str, str]) -> None:
    order = paid_order()
    owner.post(URL, {**body, "number": order.number})
    assert "Choose what to print." in read(owner, f"/console/orders/{order.number}/")
    assert prints(order) == [0]


@pytest.mark.parametrize("number", ["", "abc", "9" * 18, "１２３"])
def test_an_order_that_there_is_not_is_not_found(owner: Client, number: str) -> None:
    assert owner.post(URL, {"document": "receipt", "number": number})["Location"] == "/console/"
    assert "There is no such order." in read(owner, "/console/")
    assert not Event.objects.filter(verb="order.print").exists()


@pytest.mark.parametrize("role", ["finance", "store_clerk"])
def test_who_may_not_print_sees_no_button_and_prints_nothing(sign_in: SignIn, role: str) -> None:
    order, client = paid_order(), sign_in(role)
    for page in ("/console/orders/", f"/console/orders/{order.number}/"):
        assert "Print receipt" not in read(client, page)
    assert client.post(URL, {"document": "receipt", "number": order.number}).status_code == 403
    assert prints(order) == [0]
