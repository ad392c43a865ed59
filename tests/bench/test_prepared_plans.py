"""What is prepared: the statements of placing and shipping, whose one plan reads by keys, and no search of the desk."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from orders.shipping.services.ship import ship_order
from shop.database.prepared import prepared
from tests import cast
from tests.api.conftest import Buyer, order_body
from tests.console import browser

pytestmark = pytest.mark.django_db
READ = {
    "orders_order",
    "customers_customertoken",
    "store_storesettings",
    "catalog_sku",
    "freight_freightrule",
}
WRITTEN = {
    *("orders_order", "events_event", "catalog_stockmovement", "orders_orderline"),
    *("orders_soldname", "orders_blindindex", "http_idempotencykey"),
}
ENOUGH = 8
"""So many times, that psycopg prepares a statement and PostgreSQL would take one plan for all values."""


@pytest.fixture(autouse=True)
def start_without(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()


def place_orders() -> None:
    cast.open_shop()
    buyer, body = Buyer(cast.make_customer("小燕子")), order_body()
    for n in range(ENOUGH):
        assert buyer.post("/orders", body, key=f"k{n}").status_code == 201


def list_prepared() -> dict[str, tuple[str, int]]:
    """Name → SQL and number of parameters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements")
        return {name: (sql, count) for name, sql, count in cursor.fetchall()}


def test_the_statements_of_placing_are_prepared() -> None:
    place_orders()
    statements = [sql for sql, _count in list_prepared().values()]
    inserted = {match[1] for sql in statements if (match := re.match(r'INSERT INTO "(\w+)"', sql))}
    read = {
        match[-1]
        for sql in statements
        if sql.startswith("SELECT") and (match := re.findall(r'FROM "(\w+)"', sql))
    }
    assert (inserted, read) == (WRITTEN, READ)
    assert len([sql for sql in statements if sql.startswith("UPDATE catalog_sku")]) == 1


def ship_orders() -> None:
    cast.open_shop()
    buyer = cast.make_customer()
    for _ in range(ENOUGH):
        order = cast.prepared_order(customer=buyer)
        ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk())


def test_the_statements_of_shipping_are_prepared() -> None:
    ship_orders()
    statements = [sql for sql, _count in list_prepared().values()]
    written = ("shipping_parcel", "shipping_parcelline", "events_event", "events_eventdelivery")
    for start in (*(f'INSERT INTO "{table}"' for table in written), 'UPDATE "orders_order"'):
        assert any(sql.startswith(start) for sql in statements), start
    locks = [sql for sql in statements if 'FROM "orders_order"' in sql and sql.endswith("FOR NO KEY UPDATE")]
    assert len(locks) == 1
    assert any('FROM "waybills_waybill"' in sql for sql in statements)


@pytest.mark.parametrize(("act", "least"), [(place_orders, len(READ) + 1), (ship_orders, 6)])
def test_the_one_plan_of_each_reads_by_an_index(act: Callable[[], None], least: int) -> None:
    # A table of a few rows is read whole wherever that costs the same.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    act()
    plans = {
        sql: explain(name, count)
        for name, (sql, count) in list_prepared().items()
        if "FROM" in sql or "UPDATE" in sql
    }
    assert len(plans) >= least
    for sql, plan in plans.items():
        assert re.search("Index (Only )?Scan", plan) and "Seq Scan" not in plan, f"{sql}\n{plan}"


def explain(name: str, count: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        # Of tables with a few rows each is read whole, whatever the statement.
        cursor.execute("SET LOCAL enable_seqscan = off")
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        cursor.execute(f'EXPLAIN EXECUTE "{name}"{values}')
        return "\n".join(line for (line,) in cursor.fetchall())


def search(owner: Client) -> None:
    for _ in range(ENOUGH):
        for words in ("绿茶", "林晓燕", "13800005678", "小燕子"):
            assert owner.get("/console/orders/", {"q": words}).status_code == 200


def test_searches_and_lists_of_the_desk_are_not_prepared() -> None:
    place_orders()
    owner, known = browser(), set(list_prepared())
    search(owner)
    assert set(list_prepared()) == known


def test_searches_of_the_desk_would_be_prepared_inside() -> None:
    place_orders()
    owner = browser()
    with prepared():
        search(owner)
    assert any("orders_soldname" in sql and " LIKE " in sql for sql, _count in list_prepared().values())
