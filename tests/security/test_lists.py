"""Hostile addresses on every list: no fault, no row more than the page holds, and nothing read that was not asked for.

The names of the parameters come from the forms and queries that read them, so a new filter is attacked by itself.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from aftersales.pages.shelves import FilterForm as AftersaleFilterForm
from orders.desk.api.serializers import OrderQuery
from orders.desk.audit.forms import AuditForm
from orders.desk.invoices.shelves import FilterForm as InvoiceFilterForm
from orders.desk.list.filters import FilterForm
from orders.desk.money.shelves import FilterForm as DifferenceFilterForm
from orders.desk.refunds.shelves import FilterForm as RefundFilterForm
from orders.desk.stock.views import StockFilterForm
from pickup.cash.forms import SheetFilterForm
from pickup.pages.records import RecordsForm
from shop.catalog.pages.forms import ProductFilterForm
from shop.catalog.serializers import ProductQuery
from shop.http.api.pagination import MAX_LIMIT, PageQuery
from shop.staff.pages.forms import PeopleFilterForm
from tests import cast
from tests.console import browser
from tests.security.test_permissions import MATRIX

pytestmark = pytest.mark.django_db
HOSTILE = (
    "'",
    "' OR '1'='1' -- ",
    '"; DROP TABLE orders_order; --',
    "%' UNION SELECT password FROM staff_staffuser --",
    "1) OR (1=1",
    "/**/", "%", "_", "\\", "%00",
    "a\x00b",
    "٣٤٥", "１２３", "²", "一二三",
    "-1", "0", "1e9", "0x10", "1_000", "+1", " 1 ",
    "9" * 19, "9" * 400, str(2**63 - 1), str(2**63), str(2**31),
    "2026-02-30", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+14:00~1", "0001-01-01T00:00:00-14:00~1",
    "NaN", "Infinity", "1.00.00", "999999999999.99",
    "customer__phone__startswith", "-pk", "id", "password", "__class__",
    "{{ 7|add:7 }}", "${jndi:ldap://x}", "../../etc/passwd", "<script>",
    "\ud800", "👩‍👩‍👧‍👦" * 30, "\u202e\u2066\ufeff", "x" * 5000,
)  # fmt: skip
FOREIGN = (
    "customer__phone__startswith",
    "customer_id",
    "order_by",
    "ordering",
    "sort",
    "stage__in",
    "pk__gt",
    "id",
    "password__startswith",
    "page_size",
)
BIG = ("orders_order", "orders_orderline", "orders_blindindex", "events_event", "customers_customer")
BIG += ("shipping_parcel", "payments_payment", "payments_payattempt")
CURSORS = ("older", "newer")


def shapes(name: str) -> Iterator[str]:
    """The other ways to write a parameter."""
    yield from (f"{name}[]=1&{name}[0][x]=1&{name}.x=1&{name}", f"{name}=1&{name}=2", f"{name}=%ff%fe")


LISTS: dict[str, tuple[str, ...]] = {
    "/console/orders/": (*FilterForm.base_fields, *CURSORS),
    "/console/orders/bulk/count/": tuple(FilterForm.base_fields),
    "/console/orders/bulk/confirm/": ("number", "filter"),
    "/console/orders/bulk/label/": ("number", "filter", "all", "job"),
    "/console/orders/bulk/ship_part/": ("number", "filter", "all", "job"),
    "/console/orders/bulk/hand_over/": ("number", "filter", "all", "job"),
    "/console/orders/bulk/collect/": ("number", "filter", "all", "job"),
    "/console/orders/cod/": ("courier", *CURSORS),
    "/console/orders/waybills/labels/": ("number", "filter", "all", "job"),
    "/console/orders/gateway/": ("number",),
    "/console/orders/couriers/": ("number",),
    "/console/pickup/uncollected/": ("tab", *CURSORS),
    "/console/pickup/records/": (*RecordsForm.base_fields, *CURSORS),
    "/console/pickup/verifiers/": ("state", *CURSORS),
    "/console/pickup/cash/": tuple(SheetFilterForm.base_fields),
    "/console/pickup/cash/export/": (*SheetFilterForm.base_fields, "format"),
    "/console/pickup/verifiers/appoint/": ("who",),
    "/console/pickup/invites/": CURSORS,
    "/console/customers/": ("who", "blocked", *CURSORS),
    "/console/products/": (*ProductFilterForm.base_fields, *CURSORS),
    "/console/products/stock/": (*StockFilterForm.base_fields, *CURSORS),
    "/console/jobs/": CURSORS,
    "/console/exports/": CURSORS,
    "/console/exports/new/": ("sheet", "layout", "filter", "number", "all", "job"),
    "/console/exports/layouts/new/": ("sheet", "columns", "filter", "number", "all", "job"),
    "/console/exports/start/": ("filter", "number", "all", "job"),
    "/console/audit/": (*AuditForm.base_fields, *CURSORS),
    "/console/stuck/": CURSORS,
    "/console/orders/waybills/": CURSORS,
    "/console/orders/intercepts/": (),
    "/console/aftersales/quality/": ("month",),
    "/console/aftersales/": ("show", *AftersaleFilterForm.base_fields, *CURSORS),
    "/console/orders/invoices/": ("show", *InvoiceFilterForm.base_fields, *CURSORS),
    "/console/orders/refunds/": ("show", *RefundFilterForm.base_fields, *CURSORS),
    "/console/money/": CURSORS,
    "/console/money/differences/": ("show", *DifferenceFilterForm.base_fields, *CURSORS),
    "/console/money/differences/sheet/": ("show", *DifferenceFilterForm.base_fields, "format"),
    "/console/orders/collections/": (),
    "/console/orders/bulk/": CURSORS,
    "/console/orders/tracking/": ("tab", *CURSORS),
    "/console/orders/collections/waiting/": CURSORS,
    "/console/orders/station/": ("order",),
    "/console/orders/printing/": CURSORS,
    "/console/orders/wechat/": ("show", *CURSORS),
    "/console/settings/freight/": CURSORS,
    "/console/alerts/": ("state", *CURSORS),
    "/console/staff/people/": (*PeopleFilterForm.base_fields, "state", *CURSORS),
}
API_LISTS: dict[str, tuple[str, ...]] = {
    "/api/v1/orders": tuple(OrderQuery().fields),
    "/api/v1/aftersales": tuple(PageQuery().fields),
    "/api/v1/products": tuple(ProductQuery().fields),
    "/api/v1/me/balance-entries": tuple(PageQuery().fields),
}


def list_queries(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(hostile value, query): every value in all parameters at once, two in each alone, and the other shapes."""
    for value in HOSTILE:
        yield value, urlencode(dict.fromkeys(names, value), errors="surrogatepass")
    for name in names:
        yield from ((value, urlencode({name: value})) for value in HOSTILE[:2])
        yield from (("", shape) for shape in shapes(name))


class Ear:
    """Every statement that was sent to the database, once per text."""

    def __init__(self) -> None:
        self.heard: dict[str, Any] = {}

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.heard.setdefault(sql, params)
        return execute(sql, params, many, context)


def is_in(value: str, sql: str) -> bool:
    """Whether a value that no statement of ours contains has become part of one."""
    return len(value) > 3 and not value.isalnum() and value in sql


def attack(client: Client, path: str, names: tuple[str, ...], **headers: str) -> tuple[list[str], Ear]:
    """What went wrong on this list, and the statements that were sent."""
    wrong, ear = [], Ear()
    with connection.execute_wrapper(ear):
        for value, query in list_queries(names):
            answer = client.get(f"{path}?{query}", headers=headers)
            rows = json.loads(answer.content).get("results", []) if path in API_LISTS else []
            if answer.status_code not in (200, 400) or len(rows) > MAX_LIMIT:
                wrong.append(f"{answer.status_code} {query[:80]}")
            if any(is_in(value, sql) for sql in ear.heard):
                wrong.append(f"in a statement: {query[:80]}")
    return wrong, ear


def find_whole_reads(ear: Ear) -> list[str]:
    """Statements that read a big table from end to end although the planner was told to avoid it."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in ear.heard.items():
            if sql.startswith(("SELECT", "(SELECT")):
                cursor.execute(f"EXPLAIN {sql}", params)
                plan = "\n".join(row[0] for row in cursor.fetchall())
                found += [sql for table in BIG if f"Seq Scan on {table} " in plan]
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


@pytest.fixture
def orders(db: None) -> list[str]:
    cast.open_shop()
    return [cast.place().number, cast.shipped_order().number]


@pytest.mark.parametrize("path", LISTS)
def test_no_address_breaks_a_list_or_reaches_a_statement(orders: list[str], path: str) -> None:
    wrong, ear = attack(browser(), path, LISTS[path])
    assert wrong == []
    assert find_whole_reads(ear) == []


def test_a_search_that_finds_nothing_beside_goods_that_were_sold(orders: list[str]) -> None:
    for nothing in ({"q": "nothing-123456"}, {"below": "0.00", "buyer": "9" * 18}):
        answer = browser().get("/console/orders/", {"product": "高山云雾", **nothing})
        assert answer.status_code == 200
        assert answer.context["rows"] == []


@pytest.mark.parametrize("path", LISTS)
def test_parameters_that_a_list_does_not_know_change_no_statement(orders: list[str], path: str) -> None:
    client = browser()
    plain, attacked = Ear(), Ear()
    client.get(path)
    with connection.execute_wrapper(plain):
        client.get(path)
    with connection.execute_wrapper(attacked):
        client.get(f"{path}?{urlencode(dict.fromkeys(FOREIGN, '1'))}")
    assert {sql for sql in attacked.heard if "SAVEPOINT" not in sql} <= set(plain.heard)


@pytest.mark.parametrize("path", API_LISTS)
def test_no_address_breaks_a_list_of_the_api_or_shows_what_is_not_the_buyers(
    orders: list[str], path: str
) -> None:
    token = cast.make_token(cast.make_customer("别人"))
    wrong, _ear = attack(Client(), path, API_LISTS[path], Authorization=f"Bearer {token}")
    assert wrong == []
    for name in FOREIGN:
        answer = Client().get(path, {name: "1"}, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_every_list_is_attacked() -> None:
    """A page that reads its address names its parameters above."""
    pages = [reverse(name) for name, method in MATRIX if method == "GET" and name.endswith(":list")]
    assert set(pages) <= set(LISTS)
