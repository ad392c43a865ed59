"""A bill is compared with the shop's books: in one transaction under its lock, in batches, in constant memory.

Comparing the same bill again changes nothing; another file of the day takes the place of the one before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, Any

from django.db import transaction

from orders.bills.days import A_DAY, day_of
from orders.bills.models import (
    SETTLED,
    Bill,
    BillKind,
    BillLine,
    Difference,
    DifferenceState,
    FundTotal,
)
from orders.bills.reading.choosing import Reader, choose_reader
from orders.bills.reading.rows import Sums, TradeRow
from orders.bills.reading.text import open_lines
from orders.bills.reading.wechat import WeChatFunds
from orders.bills.selectors import list_of_bill
from orders.bills.services.ending import settle_over
from orders.bills.services.findings import Finding, compare
from orders.bills.services.keeping import Place, keep_finding
from orders.bills.services.missing import find_missing
from shop import clock
from shop.actor import SYSTEM
from shop.database.copying import copy_rows
from shop.database.inserts import insert_rows
from shop.database.named_locks import Named, hash_text, lock_named
from shop.files.loose import let_loose
from shop.files.models import Place as PrivatePlace
from shop.moves.services import lock_row, move

BATCH = 2000
_LINE = ("bill", "place", "trade_no", "refund_no", "state", "amount_fen", "fee_fen")
MOST_FOUND = 500
"""So many differences of a bill have rows; a shop that knows nothing of its past would have a hundred thousand."""


class LeaseLost(Exception):
    """Another worker has the bill, or a person asked for it anew."""


@dataclass
class Found:
    """What does not agree, each with its day, as far as it is kept."""

    kept: list[tuple[Finding, date]] = field(default_factory=list)
    left_out: int = 0

    def add(self, finding: Finding, day: date) -> None:
        if len(self.kept) < MOST_FOUND:
            self.kept.append((finding, day))
        else:
            self.left_out += 1


def match_bill(bill: Bill, source: IO[bytes] | None) -> Bill:
    """Compare the bill with this file, or with no row at all where the platform has none.

    Raises BadBill for a file that is not the whole of this bill, LeaseLost, and nothing is changed.
    """
    with transaction.atomic():
        # Bills beside each other look at what is near the midnight between them: one after the other.
        lock_named(Named.BILLS, [hash_text(bill.platform, bill.mchid)])
        locked = lock_row(Bill, bill.pk)
        if locked.lease != bill.lease:
            raise LeaseLost
        if source is None:
            _match(locked, None)
        else:
            with open_lines(source) as lines:
                _match(locked, choose_reader(lines, locked.day))
    return locked


def _match(bill: Bill, reader: Reader | None) -> None:
    BillLine.objects.filter(bill=bill).delete()
    FundTotal.objects.filter(bill=bill).delete()
    if bill.kind == BillKind.FUNDS:
        _take_funds(bill, reader)
        return
    found, sums = Found(), Sums()
    if reader is not None and not isinstance(reader, WeChatFunds):
        _take_lines(bill, reader.read(), found)
        sums = reader.sums
    _end(bill, reader, sums, found)


def _take_lines(bill: Bill, rows: Iterator[TradeRow], found: Found) -> None:
    place = 0
    for batch in _cut(rows):
        copy_rows(BillLine, _LINE, (_describe_line(bill, place + n, row) for n, row in enumerate(batch)))
        place += len(batch)
        for finding in compare(bill.platform, batch):
            found.add(finding, bill.day)


def _cut(rows: Iterator[TradeRow]) -> Iterator[list[TradeRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _describe_line(bill: Bill, place: int, row: TradeRow) -> tuple[Any, ...]:
    return (bill.pk, place, row.trade_no, row.refund_no, row.state.value, row.amount_fen, row.fee_fen)


def _describe_sums(sums: Sums) -> dict[str, int]:
    names = ("rows", "received_fen", "refunded_fen", "fee_fen", "due_fen")
    return {name: getattr(sums, name) for name in names}


def _end(bill: Bill, reader: Reader | None, sums: Sums, found: Found) -> None:
    """What is missing, what agrees now, and the end of the bill."""
    for missing, at in find_missing(bill):
        found.add(missing, day_of(at))
    for finding, day in found.kept:
        keep_finding(Place.of(bill, day), finding)
    around = Difference.objects.filter(platform=bill.platform, mchid=bill.mchid, state=DifferenceState.OPEN)
    near = around.filter(day__gte=bill.day - A_DAY, day__lte=bill.day + A_DAY)
    settle_over(near.order_by("pk")[: 4 * MOST_FOUND])
    count = list_of_bill(bill).filter(state=DifferenceState.OPEN).count() + found.left_out
    changes = _describe_sums(sums) | {"left_out": found.left_out, "has_open": count > 0}
    if reader is None and not count:
        _finish(bill, "bill.empty", changes)
    else:
        data = {"rows": sums.rows, "differences": count}
        _finish(bill, "bill.differ" if count else "bill.match", changes, data)


def _take_funds(bill: Bill, reader: Reader | None) -> None:
    """Sum up what moved on the account; there is nothing of ours to compare it with row by row."""
    sums: dict[tuple[str, bool], list[int]] = {}
    rows, balance_fen = 0, None
    for row in reader.read() if isinstance(reader, WeChatFunds) else ():
        total = sums.setdefault((row.business, row.is_income), [0, 0])
        total[0] += 1
        total[1] += row.amount_fen
        rows, balance_fen = rows + 1, row.balance_fen
    insert_rows([_make_total(bill, *key, *total) for key, total in sums.items()])
    changes = {"rows": rows, "balance_fen": balance_fen}
    if reader is None:
        _finish(bill, "bill.empty", changes)
    else:
        _finish(bill, "bill.match", changes, {"rows": rows, "differences": 0})


def _make_total(bill: Bill, business: str, is_income: bool, count: int, amount_fen: int) -> FundTotal:
    return FundTotal(
        bill_id=bill.pk, business=business, is_income=is_income, count=count, amount_fen=amount_fen
    )


def _finish(bill: Bill, verb: str, changes: dict[str, Any], data: dict[str, Any] | None = None) -> None:
    if bill.path:
        # It names buyers by their openid, and is had again from the platform.
        let_loose(PrivatePlace.PRIVATE, bill.path)
    changes = {**SETTLED, **changes, "path": "", "matched_at": clock.now()}
    move(bill, verb, actor=SYSTEM, changes=changes, data=data)
