"""The very statements of one placing, fired again and again over a bare psycopg connection."""

import os
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection

from bench.kit.placing.buyers import make_buyers, place
from shop.customers.models import Customer
from shop.events.models import Event


def make_replay(sku_ids: list[int]) -> Callable[[int], None]:
    """A call places one order as the service does, without Django."""
    (buyer,) = make_buyers(1)
    # The first is not recorded: it reads what later ones find remembered.
    place(buyer, sku_ids[0])
    statements = _record(buyer, sku_ids[0])
    bare = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def call(_n: int) -> None:
        fresh: dict[str, Any] = {}
        with bare.transaction():
            for sql, values in statements:
                cursor = bare.execute(sql, [_renew(value, fresh) for value in values])
                if cursor.description:
                    _learn(sql, cursor.fetchall(), fresh)

    return call


def _record(buyer: Customer, sku_id: int) -> list[tuple[str, list[Any]]]:
    """The statements, without savepoints, with marks where each order has values of its own."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        order = place(buyer, sku_id)
    event_id = Event.objects.of_order(order.pk).latest("pk").pk
    marks = {order.number: "number", order.client_key: "key", order.pk: "order", event_id: "event"}
    return [
        (sql, [f"mark {marks[v]}" if isinstance(v, (str, int)) and v in marks else v for v in params or ()])
        for sql, params in asked
        if not sql.startswith(("SAVEPOINT", "RELEASE"))
    ]


def _renew(value: Any, fresh: dict[str, Any]) -> Any:
    if not isinstance(value, str) or not value.startswith("mark "):
        return value
    name = value.removeprefix("mark ")
    if name not in fresh:
        fresh[name] = str(uuid.uuid4().int)[:18] if name == "number" else str(uuid.uuid4())
    return fresh[name]


def _learn(sql: str, rows: list[Any], fresh: dict[str, Any]) -> None:
    """The ids that the database gave to this order and its event."""
    for table, name in (("orders_order", "order"), ("events_event", "event")):
        if sql.startswith(f'INSERT INTO "{table}"') and rows:
            fresh[name] = rows[0][0]
