"""Two people who place the shop's test order at one moment."""

import pytest

from orders.desk.testing import services
from orders.desk.testing.services import place_test_order
from orders.models import Order
from shop.catalog.models import Sku
from shop.customers.models import TEST_OPENID
from shop.customers.services import get_or_create_customer
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together


def place_twice() -> list[str]:
    cast.make_sku()
    get_or_create_customer(TEST_OPENID)  # Whose first row would make the second wait as well.
    return codes_of(run_together([lambda: place_test_order(actor=cast.clerk())] * 2))


def test_one_of_them_places_it_and_the_other_is_told() -> None:
    assert place_twice() == ["ok", "test_order_open"]
    assert Order.objects.count() == 1


def test_without_the_lock_there_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    rendezvous, choose = Rendezvous(2), services._choose_sku

    def choose_together() -> Sku:
        rendezvous.meet()
        return choose()

    monkeypatch.setattr(services, "lock_buyer", lambda _buyer: None)
    monkeypatch.setattr(services, "_choose_sku", choose_together)
    assert place_twice() == ["ok", "ok"]
