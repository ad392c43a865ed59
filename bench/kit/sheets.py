"""Importing products by sheet, step by step, in this process; its page over HTTP."""

import argparse
import resource
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.kit.consoles import Console, hire
from bench.kit.servers import console_at
from bench.kit.timing import find_p95, measure
from shop.actor import Actor
from shop.catalog.product_sheet import PRODUCTS
from shop.jobs.models import Job, JobState
from shop.jobs.running import run_slice
from shop.jobs.services import confirm_job
from shop.jobs.sheets.output import write_sheet
from shop.jobs.sheets.services import upload_sheet
from shop.sheets.reading import peek_sheet, read_sheet
from shop.sheets.writing import write_rows
from shop.staff.services import staff_actor

HEADER = ["商品名称", "分类", "SKU编码", "规格", "价格", "上架", "库存预警", "期初库存"]


def main(options: argparse.Namespace) -> None:
    user, password = hire()
    actor, mark = staff_actor(user), secrets.token_hex(3)
    for title, price in (("new products", 10), ("other prices", 12)):
        content = make_sheet(mark, options.rows, price)
        print(f"{title}: {options.rows:,} rows, {len(content) / 1e6:.1f} MB")
        if price == 10:
            _report("glance at the first rows", options.rows, partial(peek_sheet, content, max_rows=10_000))
            _report("reading alone", options.rows, partial(read_sheet, content, max_rows=10_000))
        job = upload_sheet(PRODUCTS, "bench.xlsx", content, actor=actor, key=secrets.token_hex(8))
        _report("read, checked, kept", options.rows, partial(_work, job))
        if price == 12:
            _measure_pages(options, user.username, password, job)
        _report("applied", options.rows, partial(_finish, job, actor))
    _report("written as a sheet", options.rows, partial(_write, job))


def make_sheet(mark: str, rows: int, price: int) -> bytes:
    """Two SKUs to a product."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_rows(path, HEADER, _list_rows(mark, rows, price))
        return path.read_bytes()


def _list_rows(mark: str, rows: int, price: int) -> Iterator[list[Any]]:
    for at in range(rows):
        yield [
            f"茶{mark}-{at // 2}",
            "茶",
            f"{mark}-{at}",
            f"规格{at % 2}",
            f"{price + at % 50}.00",
            "是",
            5,
            0,
        ]


def _work(job: Job) -> None:
    while run_slice(job.pk):
        pass


def _finish(job: Job, actor: Actor) -> None:
    confirm_job(job.pk, actor=actor)
    _work(job)
    job.refresh_from_db()
    if (job.state, job.failed) != (JobState.DONE, 0):
        raise SystemExit(f"The job ended as {job.state} with {job.failed} failed rows.")


def _write(job: Job) -> None:
    with TemporaryDirectory() as folder:
        write_sheet(Path(folder) / "result.xlsx", PRODUCTS, job, only_failed=False)


def _report(step: str, rows: int, call: Callable[[], Any]) -> None:
    before, began = _peak_mb(), time.perf_counter()
    call()
    took = time.perf_counter() - began
    print(f"  {step:<26} {took:7.2f} s  {rows / took:9,.0f} rows/s  +{_peak_mb() - before:.0f} MB")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _measure_pages(options: argparse.Namespace, username: str, password: str, job: Job) -> None:
    with console_at(options.url, options.workers) as url:
        console = Console(url, username, password)
        for name, path in (
            ("order list", "/console/orders/"),
            ("what the sheet would do", f"/console/jobs/{job.pk}/"),
            ("its last page", f"/console/jobs/{job.pk}/?fate=change&after={options.rows - 40}"),
        ):
            times = measure(partial(console.get, path), options.rounds)
            print(f"  page: {name:<26} p50 {statistics.median(times):5.1f} ms  p95 {find_p95(times):5.1f} ms")
