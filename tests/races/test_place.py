"""Orders that one buyer places at one moment."""

import pytest
from django.db import connection

from orders.models import Order
from orders.services import place
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together

CAP, AT_ONCE = 3, 12


@pytest.fixture
def acts(settings):
    settings.MAX_UNPAID_ORDERS = CAP
    sku, buyer = cast.make_sku(on_hand=50), cast.make_customer()
    return [lambda: cast.place(buyer, basket={sku.pk: 1})] * AT_ONCE


def test_they_keep_to_what_a_buyer_may_leave_unpaid(acts):
    assert codes_of(run_together(acts)) == ["ok"] * CAP + ["too_many_unpaid"] * (AT_ONCE - CAP)


def test_without_the_lock_there_are_more(acts, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, lock or not")
    rendezvous, quote_order = Rendezvous(AT_ONCE), place.quote_order

    def quote_together(*args, **kwargs):
        rendezvous.meet()
        return quote_order(*args, **kwargs)

    monkeypatch.setattr(place, "lock_buyer", lambda _customer: None)
    monkeypatch.setattr(place, "quote_order", quote_together)
    run_together(acts)
    assert Order.objects.count() > CAP
