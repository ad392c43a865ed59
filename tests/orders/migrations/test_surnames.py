"""The migrations that make rows of the version before findable by surname, and by the last digits of a phone."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orders.desk.search.matches import find_matches
from orders.models import BlindIndex, Order
from orders.payments.changes.addressing import change_address
from shop.actor import SYSTEM
from shop.customers.models import Customer
from shop.customers.selectors import list_customers
from shop.customers.services import change_profile
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("orders", "0018_pieces_resent"), ("customers", "0009_spent")]


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


def newest() -> list[tuple[str, str]]:
    """Of all apps: those that stand on these went back with them."""
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


def place_for(recipient: str) -> Order:
    customer = change_profile(cast.make_customer("某人").pk, phone="13700002222")
    order = cast.place(customer)
    return change_address(order.pk, to=replace(cast.HOME, recipient=recipient), actor=cast.clerk())


def test_rows_of_the_version_before_are_filled_and_what_cannot_be_opened_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_module("orders.migrations.0019_surnames"), "BATCH", 2)
    monkeypatch.setattr(import_module("shop.customers.migrations.0010_last_digits"), "BATCH", 2)
    cast.open_shop()
    orders = {name: place_for(name) for name in ("王小明", "欧阳娜", "Wang", "王五", "王毁")}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET recipient = 'v2:gone:x' WHERE id = %s", [orders["王毁"].pk])
        spoiled = orders["Wang"].customer_id
        cursor.execute("UPDATE customers_customer SET phone = 'v2:gone:x' WHERE id = %s", [spoiled])
    try:
        migrate(BEFORE)
    finally:
        migrate(newest())
    assert find_matches("王", actor=SYSTEM).ids == {orders["王小明"].pk, orders["王五"].pk}
    assert find_matches("欧阳", actor=SYSTEM).ids == {orders["欧阳娜"].pk}
    assert BlindIndex.objects.filter(order=orders["Wang"], surname=0).exists()
    people = set(Customer.objects.values_list("pk", flat=True)) - {spoiled}
    assert {customer.pk for customer in list_customers(words="2222")} == people


class Killed(Exception):
    pass


def die(*_values: Any) -> None:
    raise Killed


@pytest.mark.parametrize(
    "module", ["orders.migrations.0019_surnames", "shop.customers.migrations.0010_last_digits"]
)
def test_a_run_that_was_killed_while_it_filled_goes_on(
    monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    cast.open_shop()
    order = place_for("王小明")
    find_hash: Callable[..., Any] = import_module(module).find_hash
    monkeypatch.setattr(import_module(module), "find_hash", die)
    try:
        migrate(BEFORE)
        with pytest.raises(Killed):
            migrate(newest())
    finally:
        monkeypatch.setattr(import_module(module), "find_hash", find_hash)
        migrate(newest())
    assert find_matches("王", actor=SYSTEM).ids == {order.pk}
    assert order.customer in list_customers(words="2222")


def test_a_process_of_the_version_before_goes_on_writing() -> None:
    cast.open_shop()
    order = place_for("王小明")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_blindindex (order_id, recipient, phone, phone4, nickname) VALUES (%s, 1, 2, 3, 4)",
            [order.pk],
        )
    assert BlindIndex.objects.get(order=order, recipient=1).surname == 0


def test_what_it_wrote_is_found_after_rotate_keys() -> None:
    cast.open_shop()
    order = place_for("王小明")
    BlindIndex.objects.update(surname=0)
    Customer.objects.update(last_digits_hash="")
    assert not find_matches("王", actor=SYSTEM).ids
    call_command("rotate_keys", stdout=StringIO())
    assert find_matches("王", actor=SYSTEM).ids == {order.pk}
    assert list(list_customers(words="2222")) == [order.customer]
