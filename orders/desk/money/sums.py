"""What the shop itself knows of the days of bills, and what of the money is still on its way to the account."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from orders.bills.days import A_DAY, BEIJING, start_of
from orders.bills.models import Bill, BillKind, BillState, Difference, DifferenceState, FundTotal
from orders.payments.models import Payment, Refund, RefundState
from orders.wechat_report.selectors import Held, sum_held
from shop import clock

Key = tuple[date, str, str]
"""Day, platform and merchant number."""
LOOK_BACK = timedelta(days=30)
_TRADING = ("交易", "退款", "扣除交易手续费")
"""What WeChat calls the kinds of business by which payments and refunds reach the account."""
_WITHDRAWN = Q(business__contains="提现", is_income=False)


@dataclass(frozen=True)
class DayRow:
    """A day: the bill of payments, that of the account, what the shop says itself, and what is open."""

    bill: Bill
    funds: Bill | None
    received_fen: int
    refunded_fen: int
    open: int

    @property
    def agrees(self) -> bool:
        return (self.received_fen, self.refunded_fen) == (self.bill.received_fen, self.bill.refunded_fen)


def make_rows(bills: Sequence[Bill]) -> list[DayRow]:
    """The rows of one page; four queries however many there are."""
    if not bills:
        return []
    days = [bill.day for bill in bills]
    first, last = min(days), max(days)
    funds = {_key(bill): bill for bill in Bill.objects.filter(kind=BillKind.FUNDS, day__in=days)}
    received, refunded = _sum_payments(first, last), _sum_refunds(first, last)
    opened = Difference.objects.filter(state=DifferenceState.OPEN, day__in=days).order_by()
    counts = opened.values_list("day", "platform", "mchid").annotate(n=Count("pk"))
    waiting = {(day, platform, mchid): n for day, platform, mchid, n in counts}
    return [
        DayRow(
            bill,
            funds.get(_key(bill)),
            received.get(_key(bill), 0),
            refunded.get(_key(bill), 0),
            waiting.get(_key(bill), 0),
        )
        for bill in bills
    ]


def _key(bill: Bill) -> Key:
    return bill.day, bill.platform, bill.mchid


def _sum_payments(first: date, last: date) -> dict[Key, int]:
    rows = Payment.objects.filter(
        captured_at__gte=start_of(first), captured_at__lt=start_of(last + A_DAY), attempt__isnull=False
    )
    return _sum_by_day(rows, "captured_at", "method", "attempt__mchid")


def _sum_refunds(first: date, last: date) -> dict[Key, int]:
    rows = Refund.objects.filter(
        finished_at__gte=start_of(first),
        finished_at__lt=start_of(last + A_DAY),
        state=RefundState.DONE,
        payment__attempt__isnull=False,
    )
    return _sum_by_day(rows, "finished_at", "payment__method", "payment__attempt__mchid")


def _sum_by_day(rows: "QuerySet[Any]", at: str, method: str, mchid: str) -> dict[Key, int]:
    by_day = rows.annotate(on=TruncDate(at, tzinfo=BEIJING)).order_by()
    sums = by_day.values_list("on", method, mchid).annotate(fen=Sum("amount_fen"))
    return {(day, way, number): fen for day, way, number, fen in sums}


@dataclass(frozen=True)
class OnItsWay:
    """Money that buyers have paid and the shop cannot use yet, of the last thirty days; fen.

    `balance_fen` is what the account held at the end of `balance_day`, None where no bill says so; `awaiting_fen` what
    bills of payments say is the shop's and the account has not got; `held` what WeChat keeps until it was shipped.
    """

    balance_fen: int | None
    balance_day: date | None
    awaiting_fen: int
    withdrawn_fen: int
    held: list[Held]

    @property
    def held_fen(self) -> int:
        return sum(row.fen for row in self.held)


def sum_on_its_way(scope: str) -> OnItsWay:
    """Of the days of which both bills are known; five queries."""
    since = (clock.now() - LOOK_BACK).astimezone(BEIJING).date()
    known = Bill.objects.filter(day__gte=since, state=BillState.MATCHED)
    funds = list(known.filter(kind=BillKind.FUNDS).order_by("day", "pk"))
    both = {_key(bill) for bill in funds}
    due_fen = sum(bill.due_fen for bill in known.filter(kind=BillKind.TRADES) if _key(bill) in both)
    came = _sum_totals(funds, Q(business__in=_TRADING))
    last = next((bill for bill in reversed(funds) if bill.balance_fen is not None), None)
    return OnItsWay(
        balance_fen=last.balance_fen if last else None,
        balance_day=last.day if last else None,
        awaiting_fen=max(due_fen - came, 0),
        withdrawn_fen=-_sum_totals(funds, _WITHDRAWN),
        held=[row for row in sum_held(scope) if row.count],
    )


def _sum_totals(funds: Sequence[Bill], which: Q) -> int:
    """What came in less what went out."""
    totals = FundTotal.objects.filter(which, bill__in=[bill.pk for bill in funds])
    sums: dict[bool, int] = defaultdict(int)
    for is_income, fen in totals.order_by().values_list("is_income").annotate(fen=Sum("amount_fen")):
        sums[is_income] += fen
    return sums[True] - sums[False]


def sum_by_method(day: date) -> list[tuple[str, int, int]]:
    """What the shop took that day by each way to pay: the way, how many, fen."""
    rows = Payment.objects.filter(captured_at__gte=start_of(day), captured_at__lt=start_of(day + A_DAY))
    sums = rows.order_by("method").values_list("method").annotate(n=Count("pk"), fen=Sum(F("amount_fen")))
    return [(method, n, fen) for method, n, fen in sums]
