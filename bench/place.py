"""How fast orders are placed: over HTTP by one buyer, by eight, by the service alone, and by bare SQL.

    DATABASE_URL=postgres://… python -m bench.place --url http://127.0.0.1:8000

The bare script fires the statements that one placing fires, recorded from the service itself, over one psycopg
connection: same rows, same commits, no Django. The web process must run on the same database.
"""

import argparse
import http.client
import json
import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()

import psycopg  # noqa: E402 - all of these after the set-up
from django.db import connection  # noqa: E402

from orders.models import Order  # noqa: E402
from orders.services.place import NewOrder, Recipient, place_order  # noqa: E402
from shop.actor import SYSTEM  # noqa: E402
from shop.catalog.models import Sku  # noqa: E402
from shop.catalog.services import NewSku, add_product  # noqa: E402
from shop.customers.models import Customer  # noqa: E402
from shop.customers.services import customer_actor, get_or_create_customer, issue_token  # noqa: E402
from shop.store.choices import Delivery, PayMethod  # noqa: E402
from shop.store.models import StoreSettings  # noqa: E402

BUYERS = 8
TO = Recipient("林晓燕", "13800005678", "浙江省", "杭州市", "西湖区", "文三路 88 号")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the running web process")
    parser.add_argument("--seconds", type=float, default=8, help="how long each way is measured (default 8)")
    options = parser.parse_args()
    StoreSettings.objects.update_or_create(pk=1, defaults={"cod_on": True})
    sku_ids = [_add_sku(n) for n in range(50)]
    buyers = [get_or_create_customer(f"bench-{uuid.uuid4()}", nickname="小燕子") for _ in range(BUYERS)]
    before = Order.objects.count()
    bare = _measure([_make_bare(buyers[0], sku_ids)], options.seconds)
    service = _measure([_make_service(buyers[0], sku_ids)], options.seconds)
    one = _measure([_make_http(options.url, buyers[0], sku_ids)], options.seconds)
    all_together = _measure([_make_http(options.url, buyer, sku_ids) for buyer in buyers], options.seconds)
    print("| way | orders a second | of bare SQL |")
    print("|---|---|---|")
    for name, rate in (
        ("bare SQL, one stream", bare),
        ("service, one stream", service),
        ("HTTP, one stream (promised 25 %)", one),
        (f"HTTP, {BUYERS} buyers (promised 100 a second)", all_together),
    ):
        print(f"| {name} | {rate:.0f} | {rate / bare:.0%} |")
    print(f"\n{Order.objects.count() - before:,} orders placed; {_count_oversold()} SKUs oversold")


def _add_sku(n: int) -> int:
    code = f"BENCH-{uuid.uuid4().hex[:12]}"
    product = add_product(f"测速绿茶 {n}", skus=[NewSku(code, "250g", 35_00, 1_000_000)], actor=SYSTEM)
    return product.skus.get().pk


def _measure(calls: list[Callable[[int], None]], seconds: float) -> float:
    """Calls a second, each callable in a thread of its own."""
    counts, end = [0] * len(calls), time.monotonic() + seconds

    def run(place: int) -> None:
        while time.monotonic() < end:
            calls[place](counts[place])
            counts[place] += 1

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _make_service(buyer: Customer, sku_ids: list[int]) -> Callable[[int], None]:
    def place(n: int) -> None:
        wanted = NewOrder({sku_ids[n % len(sku_ids)]: 1}, Delivery.EXPRESS, PayMethod.WECHAT, TO)
        place_order(buyer, wanted, client_key=str(uuid.uuid4()), actor=customer_actor(buyer))

    return place


def _make_http(url: str, buyer: Customer, sku_ids: list[int]) -> Callable[[int], None]:
    server = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {issue_token(buyer)}", "Content-Type": "application/json"}
    address = {
        "recipient": TO.recipient,
        "phone": TO.phone,
        "province": TO.province,
        "city": TO.city,
        "district": TO.district,
        "detail": TO.detail,
    }

    def place(n: int) -> None:
        basket = [{"sku_id": str(sku_ids[n % len(sku_ids)]), "quantity": 1}]
        wanted = {"basket": basket, "delivery": "express", "pay_method": "wechat", "address": address}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        server.request("POST", "/api/v1/orders", json.dumps(wanted), headers | key)
        answer = server.getresponse()
        body = answer.read()
        if answer.status != 201:
            raise SystemExit(f"Placing was answered with {answer.status}: {body.decode()[:300]}")

    return place


def _make_bare(buyer: Customer, sku_ids: list[int]) -> Callable[[int], None]:
    statements = _record(buyer, sku_ids)
    bare = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def place(_n: int) -> None:
        fresh: dict[Any, Any] = {}
        with bare.transaction():
            for sql, values in statements:
                cursor = bare.execute(sql, [_renew(value, fresh) for value in values or ()])
                if cursor.description:
                    _learn(sql, cursor.fetchall(), fresh)

    return place


def _record(buyer: Customer, sku_ids: list[int]) -> list[tuple[str, Any]]:
    """The statements of one placing, without savepoints, with marks where each order has values of its own."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        _make_service(buyer, sku_ids)(0)
    order = Order.objects.order_by("-pk")[0]
    event = order.pk and _last_event_id(order.pk)
    marks = {order.number: "number", order.client_key: "key", order.pk: "order", event: "event"}
    return [
        (sql, [f"mark {marks[v]}" if isinstance(v, (str, int)) and v in marks else v for v in params or ()])
        for sql, params in asked
        if not sql.startswith(("SAVEPOINT", "RELEASE"))
    ]


def _last_event_id(order_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM events_event WHERE order_id = %s", [order_id])
        return int(cursor.fetchone()[0])


def _renew(value: Any, fresh: dict[Any, Any]) -> Any:
    if not isinstance(value, str) or not value.startswith("mark "):
        return value
    name = value.removeprefix("mark ")
    if name not in fresh:
        fresh[name] = str(uuid.uuid4().int)[:18] if name == "number" else str(uuid.uuid4())
    return fresh[name]


def _learn(sql: str, rows: list[Any], fresh: dict[Any, Any]) -> None:
    """The ids that the database gave to this order and its event."""
    for table, name in (("orders_order", "order"), ("events_event", "event")):
        if sql.startswith(f'INSERT INTO "{table}"') and rows:
            fresh[name] = rows[0][0]


def _count_oversold() -> int:
    return sum(1 for sku in Sku.objects.all() if sku.reserved > sku.on_hand)


if __name__ == "__main__":
    main()
