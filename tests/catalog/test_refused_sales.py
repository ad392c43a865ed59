"""Who found too little left is counted, once per buyer, SKU and day, and shown where stock is looked at."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shop import clock
from shop.catalog.models import RefusedSale
from shop.catalog.stock import refusals
from shop.catalog.stock.refusals import KEPT_FOR, count_refused
from shop.events.sweeping import sweep
from shop.store.choices import ReserveOn
from tests import cast
from tests.api.conftest import Buyer, order_body
from tests.console import browser
from tests.expect import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "KEY", f"{uuid4()}:{refusals.KEY}")
    cast.open_shop()


def want(sku_id: int, pieces: int = 2, customer: object = None) -> None:
    with refused("out_of_stock"):
        cast.place(customer or cast.make_customer(), basket={sku_id: pieces})


def test_two_buyers_count_twice_and_one_who_presses_again_once() -> None:
    sku, customer = cast.make_sku(on_hand=1), cast.make_customer()
    for _press in range(5):
        want(sku.pk, customer=customer)
    want(sku.pk)
    assert count_refused([sku.pk]) == {sku.pk: 2}
    assert RefusedSale.objects.count() == 1


def test_it_is_counted_too_where_stock_is_reserved_on_paying() -> None:
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=1)
    want(sku.pk)
    assert count_refused([sku.pk]) == {sku.pk: 1}


def test_other_refusals_and_orders_do_not_count() -> None:
    sku = cast.make_sku(on_hand=1)
    cast.place(basket={sku.pk: 1})
    with refused("too_many", 400):
        cast.place(basket={sku.pk: 10**6})
    assert count_refused([sku.pk]) == {}


def test_seven_days_are_shown_and_thirty_kept() -> None:
    sku, customer, now = cast.make_sku(on_hand=0), cast.make_customer(), clock.now()
    for days in (31, 8, 6, 0):
        with clock.at(now - timedelta(days=days)):
            want(sku.pk, customer=customer)
    assert count_refused([sku.pk]) == {sku.pk: 2}
    assert KEPT_FOR.days == 30
    sweep()
    assert RefusedSale.objects.count() == 3


def test_the_interface_counts_too() -> None:
    buyer, sku = Buyer(cast.make_customer()), cast.make_sku(on_hand=0)
    body = order_body(basket=[{"sku_id": str(sku.pk), "quantity": 1}])
    for key in ("k1", "k2"):
        assert buyer.post("/orders", body, key=key).json()["code"] == "out_of_stock"
    assert count_refused([sku.pk]) == {sku.pk: 1}


@pytest.mark.parametrize("path", ["/console/products/", "/console/products/stock/", "/console/products/{}/"])
def test_the_pages_of_stock_say_so(path: str) -> None:
    sku = cast.make_sku(on_hand=1)
    client = browser()
    assert "found too little" not in client.get(path.format(sku.product_id)).content.decode()
    for _buyer in range(3):
        want(sku.pk)
    assert "3 buyers found too little (7 days)" in client.get(path.format(sku.product_id)).content.decode()
