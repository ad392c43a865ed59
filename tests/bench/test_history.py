"""A filled shop: believable to the books, and every view and search reads it by an index."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from bench.kit.pages import list_pages
from bench.kit.past.goods import DISCONTINUED
from bench.kit.past.history import fill
from orders.desk.list.counts import forget_full
from orders.desk.list.filters import WorkQueue
from orders.models import Order
from orders.payments.models import Refund
from tests.cast import open_shop
from tests.conftest import find_broken_books
from tests.console import browser

pytestmark = pytest.mark.django_db
FILLED = 50_000
BIG = ("orders_order", "orders_orderline", "orders_blindindex", "events_event")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A long past for all tests of this file, gone afterwards.

    A hundred thousand take twice as long to fill, a minute or more, and were tried: everything
    asserted here holds there as well.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        open_shop()
        fill(FILLED, days=700)
        yield
        # The next tests must not take these stages to be over the cap still.
        forget_full()
        names = ", ".join(connection.introspection.table_names(cursor))
        cursor.execute(f"TRUNCATE {names.replace('django_migrations, ', '')} CASCADE")


def explain(sql: str, params: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def plans_of(client: Client, path: str) -> list[str]:
    """The plan of every query of a page."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "(SELECT")):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(path).status_code == 200
    return [explain(sql, params) for sql, params in asked]


def find_whole_reads(plan: str) -> list[str]:
    """Sequential scans of a big table.

    Not the count of completed orders: nearly all rows are, so that a scan meets its cap of 10,000 at once.
    """
    lines = plan.splitlines()
    return [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if any(f"Seq Scan on {table} " in line for table in BIG) and "(stage)::text = 'done'" not in below
    ]


def test_the_books_are_clean_and_the_orders_spread_over_the_stages(db: None) -> None:
    open_shop()
    fill(400, days=20)
    assert find_broken_books() == []
    assert set(Order.objects.values_list("stage", flat=True)) >= {"done", "shipped", "closed", "confirmed"}


def test_filling_twice_adds_up(db: None) -> None:
    fill(30, days=3)
    fill(30, days=3, seed=2)
    assert Order.objects.count() == 60
    assert find_broken_books() == []


@pytest.mark.usefixtures("filled")
def test_no_view_and_no_search_reads_a_big_table_from_end_to_end() -> None:
    client = browser()
    pages = {page.name: page.path for page in list_pages()}
    pages |= {queue: f"/console/orders/?queue={queue}" for queue in WorkQueue.values}
    for name, path in pages.items():
        for plan in plans_of(client, path):
            assert find_whole_reads(plan) == [], f"{name}: {plan}"


@pytest.mark.usefixtures("filled")
def test_parts_of_numbers_are_found_by_their_trigrams() -> None:
    number = Order.objects.order_by("pk").values_list("number", flat=True)[100]
    plans = plans_of(browser(), f"/console/orders/?q={number[8:14]}")
    assert any("order_number_trigrams" in plan for plan in plans)


@pytest.mark.usefixtures("filled")
def test_goods_sold_long_ago_are_found_by_the_index_of_their_lines() -> None:
    client = browser()
    for path in (f"/console/orders/?q={DISCONTINUED[:2]}", f"/console/orders/?product={DISCONTINUED[:2]}"):
        assert any("line_by_sku" in plan for plan in plans_of(client, path))
        assert DISCONTINUED in client.get(path).content.decode()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("column", "index"), [("number", "refund_number_once"), ("gateway_id", "refund_by_gateway_id")]
)
def test_refunds_are_found_by_their_numbers(column: str, index: str) -> None:
    refund = Refund.objects.select_related("order").order_by("pk").last()
    assert refund
    path = f"/console/orders/?q={getattr(refund, column)}"
    assert any(index in plan for plan in plans_of(browser(), path))
    assert refund.order.number in browser().get(path).content.decode()
