"""The migration that says of open orders where they go, as a keyed hash."""

from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from shop.store.choices import Delivery
from tests import cast
from tests.orders.migrations.test_surnames import Killed, die, migrate, newest

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("waybills", "0001_initial"), ("orders", "0022_supplement")]
MODULE = "orders.migrations.0023_bundles"


def read() -> dict[int, int]:
    return dict(Order.objects.values_list("pk", "destination"))


def make_orders() -> dict[int, int]:
    """Three of one buyer, one of another, one that goes without a courier, one that is over; what each should have."""
    cast.open_shop()
    customer = cast.make_customer()
    for _ in range(3):
        cast.prepared_order(customer=customer)
    cast.place()
    cast.place(delivery=Delivery.LOCAL)
    closed = cast.place()
    cancel_unpaid(closed.pk, actor=cast.buyer(closed))
    found = read()
    assert sorted(value != 0 for value in found.values()) == [False, False, True, True, True, True]
    return found


def test_open_orders_get_the_hash_that_placing_would_write_and_what_is_spoiled_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_module(MODULE), "BATCH", 2)
    expected = make_orders()
    spoiled = min(expected)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET phone = 'v2:gone:x' WHERE id = %s", [spoiled])
    try:
        migrate(BEFORE)
    finally:
        migrate(newest())
    assert read() == expected | {spoiled: 0}


def test_a_run_that_was_killed_while_it_filled_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = make_orders()
    find_hash = import_module(MODULE).find_hash
    monkeypatch.setattr(import_module(MODULE), "find_hash", die)
    try:
        migrate(BEFORE)
        with pytest.raises(Killed):
            migrate(newest())
    finally:
        monkeypatch.setattr(import_module(MODULE), "find_hash", find_hash)
        migrate(newest())
    assert read() == expected


def test_what_the_version_before_took_meanwhile_has_it_after_rotate_keys() -> None:
    expected = make_orders()
    Order.objects.update(destination=0)
    call_command("rotate_keys", stdout=StringIO())
    assert read() == expected
