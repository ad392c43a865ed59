"""Nobody holds a database connection while the outside is asked."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from orders.desk.search.gateway_lookup import ask_gateway
from orders.payments.changes.cancelling import cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.models import Refund
from orders.payments.services.attempts import start_payment
from orders.payments.tasks import query_payment, send_refund
from shop.actor import SYSTEM
from shop.clients import transport
from shop.customers.services import set_phone_by_code, sign_in
from shop.database.connections import HeldConnection, nobody_else, wait_for_place
from shop.store.services import check_wechat_account
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(gateway, monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """The addresses that are asked, each without a connection."""
    settings.WECHAT_MINI_URL = gateway.url
    found: list[str] = []
    exchange = transport._exchange

    def look_and_exchange(request: transport.Request, *more: Any) -> transport.Answer:
        assert connection.connection is None, f"a connection is held during {request.target}"
        found.append(request.target.partition("?")[0])
        return exchange(request, *more)

    monkeypatch.setattr(transport, "_exchange", look_and_exchange)
    return found


def test_the_database_of_these_tests_has_a_pool_to_give_back_to() -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    assert connection.settings_dict["OPTIONS"].get("pool")


def test_paying_asking_and_closing(gateway, asked) -> None:
    order = cast.place()
    gateway.open(order)
    attempt = order.attempts.get()
    query_payment(attempt.pk)
    change_price(order.pk, goods_fen=10_00, freight_fen=0, reason="老客", actor=cast.clerk("order_clerk"))
    start_payment(order.pk, actor=cast.buyer(order))
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    assert len(asked) == 7


def test_refunding_and_looking_up(gateway, asked) -> None:
    order = cast.place()
    attempt = gateway.take_money(order)
    query_payment(attempt.pk)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    send_refund(Refund.objects.get().pk)
    assert ask_gateway(attempt.number, actor=SYSTEM) is not None
    assert len(asked) == 4


def test_signing_in_and_testing_the_connection(gateway, asked) -> None:
    code = gateway.do("login-codes", openid="phone-1")["code"]
    _token, customer = sign_in(code)
    set_phone_by_code(customer, gateway.do("phone-codes", phone="13800001234")["code"])
    check_wechat_account(actor=cast.clerk())
    assert len(asked) == 4


def test_inside_a_transaction_nobody_is_asked(gateway, asked) -> None:
    order = cast.place()
    with pytest.raises(HeldConnection), transaction.atomic():
        start_payment(order.pk, actor=cast.buyer(order))
    assert asked == []


def test_who_waits_for_a_decoder_or_a_hash_holds_none() -> None:
    places = threading.BoundedSemaphore(1)
    connection.ensure_connection()
    assert wait_for_place(places, seconds=0.01)
    assert connection.connection is not None
    assert not wait_for_place(places, seconds=0.01)
    assert connection.connection is None


def test_only_who_has_the_database_to_themselves_keeps_it(gateway) -> None:
    order = cast.place()
    gateway.do("login-codes", openid=order.customer.openid)
    with nobody_else(), transaction.atomic():
        start_payment(order.pk, actor=cast.buyer(order))
    with pytest.raises(HeldConnection), transaction.atomic():
        cancel_unpaid(order.pk, actor=cast.buyer(order))
