"""Statements are prepared where it was asked for, and nowhere else."""

import pytest
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

from shop.customers.models import Customer
from shop.database.prepared import prepared
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def start_without(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()


def count_prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%customers_customer%'"
        )
        return int(cursor.fetchone()[0])


def look_up(times: int) -> None:
    for _ in range(times):
        assert Customer.objects.filter(openid="nobody").first() is None


def test_inside_statements_are_prepared_when_they_come_again() -> None:
    with prepared():
        look_up(5)
    assert count_prepared() == 1


def test_outside_statements_are_not_prepared() -> None:
    with prepared():
        pass
    look_up(10)
    assert count_prepared() == 0


def test_a_refusal_inside_ends_it_too() -> None:
    with pytest.raises(ZeroDivisionError), prepared():
        raise ZeroDivisionError
    assert connection.connection.cursor_factory is not ServerBindingCursor


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)
    with prepared():
        look_up(10)
    assert count_prepared() == 0


def test_placing_gives_the_same_order_either_way() -> None:
    cast.open_shop()
    sku = cast.make_sku(on_hand=100)
    orders = [cast.place(basket={sku.pk: 1}) for _ in range(8)]
    assert len({order.payable_fen for order in orders}) == 1
    assert len({order.number for order in orders}) == 8
