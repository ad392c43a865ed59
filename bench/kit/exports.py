"""Exports, written in this process as a worker writes them, and the same by hand."""

import argparse
import cProfile
import pstats
import resource
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psycopg
from django.db import connection
from rustpy_xlsxwriter import write_worksheet

from bench.kit.consoles import hire
from orders.exports.models import Export, ExportState
from orders.exports.services.asking import Wish, ask_export
from orders.exports.services.writing import write_export
from orders.exports.sheets import SHEETS
from orders.models import Order, OrderLine
from shop.actor import Actor
from shop.staff.services import staff_actor

COLUMNS = (
    *(
        "number",
        "source",
        "placed_at",
        "paid_at",
        "buyer",
        "province",
        "city",
        "district",
        "delivery",
        "pay_method",
    ),
    *(
        "product",
        "sku",
        "sku_code",
        "price_yuan",
        "quantity",
        "total_yuan",
        "refunded_yuan",
        "to_send",
        "shipped",
    ),
    "cancelled",
)
BY_HAND = """
    SELECT o.number, o.source, o.placed_at AT TIME ZONE 'Asia/Shanghai', o.paid_at AT TIME ZONE 'Asia/Shanghai',
           o.customer_id::text, o.province, o.city, o.district, o.delivery, o.pay_method, l.product_name, l.sku_name,
           s.code, l.price_fen / 100.0::float8, l.quantity, (l.price_fen * l.quantity + l.adjust_fen) / 100.0::float8,
           l.refunded_fen / 100.0::float8, l.quantity - l.cancelled - l.shipped, l.shipped, l.cancelled
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id JOIN catalog_sku s ON s.id = l.sku_id
    WHERE o.id <= %s ORDER BY o.id, l.id"""


class Took(NamedTuple):
    """Seconds by the clock, and those of this process's CPU, which other programs and the database do not change."""

    seconds: float
    cpu: float


def main(options: argparse.Namespace) -> None:
    user, _password = hire()
    actor = staff_actor(user)
    last = _find_last_order(options.lines)
    lines = OrderLine.objects.filter(order_id__lte=last).count()
    bare = _report(f"{lines:,} lines by hand", lines, partial(_write_by_hand, last))
    wish = Wish("lines", "xlsx", COLUMNS, {"filter": {}, "newest": last})
    ours = _report(f"{lines:,} lines exported", lines, partial(_export, wish, actor), profile=options.profile)
    times, times_cpu = ours.seconds / bare.seconds, ours.cpu / bare.cpu
    print(
        f"  {times:.2f} times by hand (at most 2.5); of the CPU of this process alone {times_cpu:.2f} times"
    )
    _measure_orders(options.orders, actor)


def _find_last_order(lines: int) -> int:
    """The order with which so many lines are reached."""
    ids = OrderLine.objects.order_by("order_id", "pk").values_list("order_id", flat=True)
    return int(ids[min(lines, ids.count()) - 1])


def _measure_orders(orders: int, actor: Actor) -> None:
    ids = Order.objects.order_by("pk").values_list("pk", flat=True)
    newest, usual = int(ids[min(orders, ids.count()) - 1]), SHEETS["orders"].usual
    plain = [name for name in usual if SHEETS["orders"].columns[name].mask is None]
    for title, columns, reason in (
        ("without personal columns", plain, ""),
        ("masked", usual, ""),
        ("in full", usual, "bench"),
    ):
        for format_ in ("xlsx", "csv"):
            wish = Wish("orders", format_, columns, {"filter": {}, "newest": newest}, reason)
            _report(f"{orders:,} orders, {title}, {format_}", orders, partial(_export, wish, actor))


def _export(wish: Wish, actor: Actor) -> None:
    export = ask_export(wish, actor=actor, key=secrets.token_hex(8))
    write_export(export.pk)
    export = Export.objects.get(pk=export.pk)
    if export.state != ExportState.DONE:
        raise SystemExit(f"The export ended as {export.state}.")


def _write_by_hand(last: int) -> None:
    with TemporaryDirectory() as folder:
        write_worksheet(_read_by_hand(last), str(Path(folder) / "hand.xlsx"), float_format="0.00")


def _read_by_hand(last: int) -> Iterator[dict[str, Any]]:
    settings = connection.settings_dict
    with (
        psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"] or 5432,
            user=settings["USER"],
            password=settings["PASSWORD"],
            dbname=settings["NAME"],
        ) as bare,
        bare.cursor("by_hand") as cursor,
    ):
        cursor.itersize = 1000
        for row in cursor.execute(BY_HAND, [last]):
            yield dict(zip(COLUMNS, row, strict=True))


def _report(step: str, rows: int, call: Callable[[], Any], *, profile: bool = False) -> Took:
    before, began, cpu = _peak_mb(), time.perf_counter(), time.process_time()
    if profile:
        _profile(call)
    else:
        call()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    figures = f"{took:7.2f} s  {cpu:7.2f} s of CPU  {rows / took:9,.0f} rows/s"
    print(f"  {step:<46} {figures}  +{_peak_mb() - before:.0f} MB", flush=True)
    return Took(took, cpu)


def _profile(call: Callable[[], Any]) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(call)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
