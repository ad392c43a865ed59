"""A bill, compared in this process as a worker does it, and the same by hand; both are rolled back."""

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.db import connection, transaction

from orders.bills.models import Bill, BillKind, BillState, Platform
from orders.bills.services.matching import BATCH, match_bill
from orders.payments.models import Payment
from shop.actor import SYSTEM
from shop.moves.services import begin
from shop.store.choices import PayMethod

MOST_TIMES = 3.0
DAY, MCHID = date(2001, 1, 1), "1900000001"
COLUMNS = (
    *("交易时间", "商户号", "微信订单号", "商户订单号", "交易状态", "应结订单金额", "微信退款单号"),
    *("商户退款单号", "退款金额", "退款状态", "手续费", "商品名称", "订单金额", "申请退款金额"),
)
INSERT = """
    INSERT INTO bills_billline (bill_id, place, trade_no, refund_no, state, amount_fen, fee_fen)
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[])"""


def main(options: argparse.Namespace) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bill.csv"
        known = _write(path, options.rows)
        print(f"A bill of {options.rows:,} rows, of which {known:,} are payments of the shop")
        bare = _report("by hand", options.rows, lambda: _by_hand(path))
        ours = _report("compared", options.rows, lambda: _compare(path))
    print(f"  {ours / bare:.2f} times by hand (at most {MOST_TIMES:g})")


def _write(path: Path, rows: int) -> int:
    """The file; gives how many of its payments the shop knows."""
    paid = Payment.objects.filter(method=PayMethod.WECHAT).exclude(trade_no="").order_by("pk")
    known, fen = 0, 0
    with path.open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        for trade_no, amount_fen in paid.values_list("trade_no", "amount_fen")[:rows].iterator(BATCH):
            file.write(_write_row(trade_no, amount_fen))
            known, fen = known + 1, fen + amount_fen
        for n in range(known, rows):
            file.write(_write_row(f"bench{n:023d}", 50_00))
            fen += 50_00
        names = ("总交易单数", "应结订单总金额", "退款总金额", "手续费总金额")
        values = (str(rows), _yuan(fen), "0.00", "0.00")
        file.write(",".join(names) + "\n" + ",".join(f"`{value}" for value in values) + "\n")
    return known


def _write_row(trade_no: str, fen: int) -> str:
    cells = (f"{DAY} 12:00:00", MCHID, trade_no, "none", "SUCCESS", _yuan(fen), "0", "0", "0.00", "")
    return ",".join(f"`{cell}" for cell in (*cells, "0.00000", "茶", _yuan(fen), "0.00")) + "\n"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _compare(path: Path) -> None:
    with transaction.atomic():
        bill = Bill(platform=Platform.WECHAT, mchid=MCHID, day=DAY, kind=BillKind.TRADES)
        begin(bill, "bill.open", actor=SYSTEM)
        Bill.objects.filter(pk=bill.pk).update(state=BillState.FETCHED)
        with path.open("rb") as source:
            match_bill(bill, source)
        transaction.set_rollback(True)


def _by_hand(path: Path) -> None:
    settings = connection.settings_dict
    with (
        psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"] or 5432,
            user=settings["USER"],
            password=settings["PASSWORD"],
            dbname=settings["NAME"],
        ) as bare,
        bare.cursor() as cursor,
        path.open() as file,
    ):
        cursor.execute("ALTER TABLE bills_billline DISABLE TRIGGER ALL")
        next(file)
        place = 0
        for batch in _cut(file):
            _look_up(cursor, [cells[2] for cells in batch])
            columns = zip(*(_make_row(place + n, cells) for n, cells in enumerate(batch)), strict=True)
            cursor.execute(INSERT, [list(column) for column in columns])
            place += len(batch)
        bare.rollback()


def _cut(file: Any) -> Iterator[list[list[str]]]:
    rows = (line.rstrip("\n")[1:].split(",`") for line in file if line.startswith(f"`{DAY}"))
    while batch := list(islice(rows, BATCH)):
        yield batch


def _look_up(cursor: "psycopg.Cursor[Any]", numbers: list[str]) -> None:
    cursor.execute(
        "SELECT trade_no, amount_fen, order_id FROM payments_payment WHERE method = 'wechat' AND trade_no = ANY(%s)",
        [numbers],
    )
    cursor.fetchall()


def _make_row(place: int, cells: list[str]) -> tuple[Any, ...]:
    yuan, _dot, cents = cells[5].partition(".")
    return 0, place, cells[2], "", "paid", int(yuan) * 100 + int(cents), 0


def _report(step: str, rows: int, call: Callable[[], None]) -> float:
    before, began = _peak_mb(), time.perf_counter()
    call()
    took = time.perf_counter() - began
    print(
        f"  {step:<12} {took:7.2f} s  {rows / took:9,.0f} rows/s  +{_peak_mb() - before:.0f} MB", flush=True
    )
    return took


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
