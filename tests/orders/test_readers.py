"""A refusal speaks to whoever reads it: to staff on the pages, to the buyer by the API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from orders.models import Order
from orders.payments.services.attempts import open_attempt
from orders.payments.services.closing import require_no_live_attempt
from shop import clock
from shop.errors import Refused
from shop.store.choices import PayMethod
from tests.aftersales.cases import hold
from tests.cast import buyer, make_token, open_shop, paid_order, place, shipped_order
from tests.console import browser
from tests.expect import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    open_shop()


def change(order: Order, **columns: Any) -> Order:
    Order.objects.filter(pk=order.pk).update(**columns)
    order.refresh_from_db()
    return order


def ask_buyer(order: Order, action: str, **body: Any) -> str:
    client = Client(
        headers={"accept-language": "en", "authorization": f"Bearer {make_token(order.customer)}"}
    )
    answer = client.post(f"/api/v1/orders/{order.number}/{action}", body, content_type="application/json")
    return str(answer.json().get("message"))


def ask_staff(order: Order, action: str, **typed: Any) -> str:
    url = f"/console/orders/{order.number}/{action}/"
    return str(browser().post(url, {"version": order.version, **typed}, follow=True).content.decode())


@dataclass(frozen=True)
class Case:
    """An order at which `action` is refused: what the console and the API send, and what each is told."""

    make: Callable[[], Order]
    action: str
    to_staff: str
    to_buyer: str
    typed: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] = field(default_factory=dict)


CASH = {"typed": {"method": PayMethod.COD}, "body": {"pay_method": PayMethod.COD}}
CASES = {
    "urged lately": Case(
        lambda: change(paid_order(), urged_at=clock.now()),
        "urge",
        "An urge has rung within the last hour.",
        "The shop has been reminded. Please wait an hour before you remind it again.",
    ),
    "after-sale open": Case(
        lambda: hold(shipped_order()).order,
        "receive",
        "An after-sale is open. Settle it first.",
        "Your after-sales request is still being handled. Please wait for the shop's answer.",
    ),
    "transfer being checked": Case(
        lambda: change(place(), proof_sent_at=clock.now()),
        "choose-payment",
        "Record the transfer or reject the proof first.",
        "The transfer is being checked. Please wait for the shop's answer.",
        **CASH,
    ),
    "too late to pay": Case(
        lambda: change(place(), pay_by=clock.now() - timedelta(minutes=1)),
        "choose-payment",
        "time to pay has passed: the order is about to be closed.",
        "The time to pay has passed. Please place a new order.",
        **CASH,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_staff_and_buyer_read_their_own_sentence(case: Case) -> None:
    order = case.make()
    shown = ask_staff(order, case.action, **case.typed)
    assert case.to_staff in shown
    assert case.to_buyer not in shown
    assert ask_buyer(order, case.action, **case.body) == case.to_buyer


def test_a_payment_under_way_is_the_buyers_own_or_that_of_somebody_else() -> None:
    order = place()
    open_attempt(order.pk, actor=buyer(order))
    with refused("closing") as caught:
        require_no_live_attempt(order)
    with translation.override("en"):
        assert str(caught.value).startswith("The buyer is paying")
        assert str(caught.value.to_buyer).startswith("Your payment is under way")


def test_one_sentence_is_enough_where_it_fits_both() -> None:
    found = Refused("closed", "The shop is closed.")
    assert (str(found), found.to_buyer) == ("The shop is closed.", "The shop is closed.")
