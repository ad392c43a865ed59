"""GET /console/orders/gateway/: a payment number that stands in no order."""

import pytest
from django.test import Client

from shop.store.models import WeChatAccount
from tests.cast import place
from tests.gateway import Gateway

URL = "/console/orders/gateway/"


def ask(client: Client, number: str, status: int = 200) -> str:
    response = client.get(URL, {"number": number}, headers={"HX-Request": "true"})
    assert response.status_code == status
    return response.content.decode()


def test_a_payment_that_was_made_is_shown_with_its_order(owner: Client, gateway: Gateway) -> None:
    order = place()
    attempt = gateway.take_money(order)
    trade = gateway.trade(attempt.number)
    assert trade is not None
    for number in (attempt.number, trade["trade_no"]):
        html = ask(owner, number)
        assert "Paid" in html
        assert "¥45.00" in html
        assert f"/console/orders/{order.number}/" in html
        assert "not in the order yet" in html


def test_a_payment_nobody_made_is_said_to_be_unknown(owner: Client, gateway: Gateway) -> None:
    assert "knows of no payment" in ask(owner, "4200009999999999999999999999")
    assert "knows of no payment" in ask(owner, "261122123456789012-1")


def test_an_attempt_that_is_not_paid_says_so(owner: Client, gateway: Gateway) -> None:
    attempt = gateway.open(place())
    html = ask(owner, attempt.number)
    assert "Not paid" in html
    assert "not in the order yet" not in html


@pytest.mark.parametrize("kind", ["error_500", "html"])
def test_no_answer_is_no_verdict(owner: Client, gateway: Gateway, kind: str) -> None:
    gateway.fail(kind)
    assert "ask again" in ask(owner, "261122123456789012-1", 503)


def test_without_credentials_it_says_so(owner: Client) -> None:
    WeChatAccount.objects.all().delete()
    assert "no credentials" in ask(owner, "261122123456789012-1", 409)
