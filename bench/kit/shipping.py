"""Shipping by sheet, step by step in this process, beside the statements of shipping alone."""

import argparse
import os
import resource
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.db import connection

from bench.kit.consoles import hire
from bench.kit.placing.buyers import add_skus, make_buyers, open_shop, place
from orders.desk.bulk.sheet import SHIPMENTS
from orders.models import Order, OrderLine
from orders.services.steps import confirm_order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import NewParcel, ship_order
from shop.actor import Actor
from shop.events.models import Event
from shop.jobs.models import Job, JobState
from shop.jobs.running import run_slice
from shop.jobs.services import confirm_job
from shop.jobs.sheets.services import upload_sheet
from shop.sheets.reading import read_sheet
from shop.sheets.writing import write_rows
from shop.staff.services import staff_actor
from shop.store.choices import PayMethod

PROMISED = 3.0
MOST_MB = 150
Statement = tuple[str, list[Any]]


def main(options: argparse.Namespace) -> None:
    _spread_ids()
    actor = staff_actor(hire()[0])
    orders = _place_confirmed(2 * options.rows + 1, actor)
    statements = _record(orders.pop(), actor)
    by_job, by_sql = orders[: options.rows], orders[options.rows :]
    content = _make_sheet(by_job)
    reading = _time("reading alone", options.rows, partial(read_sheet, content, max_rows=10_000))
    bare = _time("bare SQL", options.rows, partial(_replay, statements, by_sql))
    before = _peak_mb()
    job = upload_sheet(SHIPMENTS, "bench.xlsx", content, actor=actor, key=secrets.token_hex(8))
    whole = _time("read, checked, kept", options.rows, partial(_work, job))
    whole += _time("shipped", options.rows, partial(_finish, job, actor))
    share, grown = whole / (reading + bare), _peak_mb() - before
    print(f"  the whole job is {share:.2f} × reading and bare SQL (promised ≤ {PROMISED})")
    print(f"  the process grew by {grown:.0f} MB (promised ≤ {MOST_MB})")


def _spread_ids() -> None:
    """Ids of each table in a range of its own, so that a value among the recorded ones tells what it is."""
    for rank, model in enumerate((Order, OrderLine, Parcel, Event), start=1):
        with connection.cursor() as cursor:
            sequence = "pg_get_serial_sequence(%s, 'id')"
            ahead = f"SELECT setval({sequence}, GREATEST(nextval({sequence}), %s))"
            table = model._meta.db_table
            cursor.execute(ahead, [table, table, rank * 100_000_000])


def _place_confirmed(count: int, actor: Actor) -> list[Order]:
    open_shop()
    (sku_id,), (buyer,) = add_skus(1), make_buyers(1)
    orders = [place(buyer, sku_id, PayMethod.COD) for _ in range(count)]
    return [confirm_order(order.pk, actor=actor) for order in orders]


def _make_number(order: Order) -> str:
    return f"SF{order.pk:013d}"


def _make_sheet(orders: Sequence[Order]) -> bytes:
    rows = ([order.number, "顺丰速运", _make_number(order)] for order in orders)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_rows(path, ["订单号", "快递公司", "运单号"], rows)
        return path.read_bytes()


def _record(order: Order, actor: Actor) -> list[Statement]:
    """The statements of shipping one order, without savepoints, with marks where each order has its own values."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ship_order(order.pk, parcels=[NewParcel("SF", _make_number(order))], actor=actor)
    marks = _find_marks(order)
    return [
        (sql, [f"mark {marks[v]}" if isinstance(v, (str, int)) and v in marks else v for v in params or ()])
        for sql, params in asked
        if not sql.startswith(("SAVEPOINT", "RELEASE"))
    ]


def _find_marks(order: Order) -> dict[Any, str]:
    event = Event.objects.of_order(order.pk).latest("pk")
    parcel = Parcel.objects.latest("pk")
    line = order.lines.get()
    return {
        order.pk: "order",
        line.pk: "line",
        _make_number(order): "number",
        parcel.pk: "parcel",
        event.pk: "event",
    }


def _replay(statements: Sequence[Statement], orders: Sequence[Order]) -> None:
    pks = [order.pk for order in orders]
    lines = dict(OrderLine.objects.filter(order__in=pks).values_list("order_id", "pk"))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as bare:
        for order in orders:
            fresh = {"order": order.pk, "line": lines[order.pk], "number": _make_number(order)}
            with bare.transaction():
                for sql, values in statements:
                    cursor = bare.execute(sql, [_renew(value, fresh) for value in values])
                    if cursor.description:
                        _learn(sql, cursor.fetchall(), fresh)


def _renew(value: Any, fresh: dict[str, Any]) -> Any:
    is_mark = isinstance(value, str) and value.startswith("mark ")
    return fresh[value.removeprefix("mark ")] if is_mark else value


def _learn(sql: str, rows: list[Any], fresh: dict[str, Any]) -> None:
    """The ids that the database gave to this parcel and its event."""
    for table, name in (("shipping_parcel", "parcel"), ("events_event", "event")):
        if sql.startswith(f'INSERT INTO "{table}"') and rows:
            fresh[name] = rows[0][0]


def _work(job: Job) -> None:
    while run_slice(job.pk):
        pass


def _finish(job: Job, actor: Actor) -> None:
    confirm_job(job.pk, actor=actor)
    _work(job)
    job.refresh_from_db()
    if (job.state, job.failed) != (JobState.DONE, 0):
        raise SystemExit(f"The job ended as {job.state} with {job.failed} failed rows.")


def _time(step: str, rows: int, call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    took = time.perf_counter() - began
    print(f"  {step:<22} {took:7.2f} s  {rows / took:9,.0f} rows/s")
    return took


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
