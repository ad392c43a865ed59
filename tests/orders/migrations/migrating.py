"""A shop of the version before, for `test_killed_migration`, which runs these functions in processes that it kills."""

import json
import os
import signal
import sys
from dataclasses import replace
from importlib import import_module
from typing import Any

from django.core.management import call_command
from django.db import connection

from orders.models import BlindIndex
from orders.payments.changes.addressing import change_address
from tests import cast
from tests.bench.test_indexes import list_missing, list_models
from tests.orders.migrations.former import seal_all_as_before

KINDS = ("nickname", "recipient", "phone", "phone4")
"""What orders were found by then; `report` is asked in the middle of the migrations, too."""
BEFORE = {
    "payments": "0004",
    "shipping": "0002",
    "notifications": "0004",
    "orders": "0008",
    "events": "0004",
    "customers": "0004",
}


def prepare() -> None:
    """Five orders, one of which got another recipient, and a schema and search keys as they were before."""
    cast.open_shop()
    orders = [cast.place(cast.make_customer(f"buyer {n}")) for n in range(5)]
    change_address(
        orders[3].pk, to=replace(cast.HOME, recipient="王小明", phone="13911112222"), actor=cast.clerk("order_clerk")
    )
    report()
    seal_all_as_before()
    _write_old_keys()


def _write_old_keys() -> None:
    """Each number of the new table as a key of the old one: the first half of its hash, the rest does not matter."""
    keys = {
        (kind, number.to_bytes(8, "big", signed=True).hex() + "0" * 16, row.order_id)
        for row in BlindIndex.objects.all()
        for kind in KINDS
        if (number := getattr(row, kind))
    }
    keys |= {("number", "260101000000000000", order_id) for _kind, _key, order_id in keys}
    for app, name in BEFORE.items():
        call_command("migrate", app, name, verbosity=0)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO orders_searchkey (kind, key, order_id) VALUES (%s, %s, %s)", sorted(keys)
        )


def die(app: str, text: str, count: int) -> None:
    """Migrate an app, and what it needs, and be killed before the `count`-th statement with this text."""
    import_module("orders.migrations.0011_convert_search_keys").BATCH = 2
    seen: list[str] = []

    def fall(execute: Any, sql: str, *rest: Any) -> Any:
        if text in sql:
            seen.append(sql)
        if len(seen) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, *rest)

    with connection.execute_wrapper(fall):
        call_command("migrate", app, verbosity=0)


def take_one_late() -> None:
    """An order that an old process took after the conversion: it has keys in the old table, and no hashes."""
    call_command("migrate", "orders", "0011", verbosity=0)
    BlindIndex.objects.filter(order_id=1).delete()
    report()


def report() -> None:
    """What the orders are found by, and every index and constraint that a model names and its table lacks."""
    hashes = {kind: sorted(set(BlindIndex.objects.values_list("order", kind))) for kind in KINDS}
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, "orders_order")
    sys.stdout.write(
        json.dumps(
            {
                "hashes": hashes,
                "missing": sorted(name for model in list_models() for name in list_missing(model)),
                "left": sorted(name for name in names if name.endswith("_new")),
            }
        )
    )
