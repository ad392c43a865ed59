"""What of a bill does not agree: rows against the shop's payments and refunds, a batch at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orders.bills.models import DifferenceKind
from orders.bills.reading.rows import LineState, TradeRow
from orders.numbers import LENGTH
from orders.payments.models import PayAttempt, Payment, Refund, RefundState
from orders.scope import orders_in_scope
from shop.actor import SYSTEM
from shop.database.among import IsAmong


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree, as a `Difference` keeps it."""

    kind: DifferenceKind
    trade_no: str
    number: str = ""
    refund_no: str = ""
    refund_id: str = ""
    ours_fen: int | None = None
    theirs_fen: int | None = None
    ours: str = ""
    theirs: str = ""
    order_id: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.trade_no, self.refund_no, self.kind


def compare(method: str, rows: Sequence[TradeRow]) -> Iterator[Finding]:
    """What a batch of rows says that the shop does not; a fixed number of queries."""
    yield from _compare_payments(method, [row for row in rows if not row.refund_no])
    yield from _compare_refunds(method, [row for row in rows if row.refund_no])


def _compare_payments(method: str, rows: Sequence[TradeRow]) -> Iterator[Finding]:
    wanted = Payment.objects.filter(IsAmong("trade_no", [row.trade_no for row in rows]), method=method)
    # The index leaves empty ones out, which of so many values the planner does not see by itself.
    wanted = wanted.exclude(trade_no="")
    values = wanted.values_list("trade_no", "amount_fen", "order_id", "refunding_fen", "refunded_fen")
    known = {trade_no: rest for trade_no, *rest in values}
    unknown = []
    for row in rows:
        if row.trade_no not in known:
            unknown += [row] if row.state == LineState.PAID else []
            continue
        ours_fen, order_id, *back = known[row.trade_no]
        if row.state == LineState.REVOKED and sum(back) < ours_fen:
            yield _tell(DifferenceKind.STATE, row, ours_fen, order_id)
        elif row.state == LineState.PAID and ours_fen != row.amount_fen:
            yield _tell(DifferenceKind.AMOUNT, row, ours_fen, order_id)
    if unknown:
        yield from _tell_unknown(unknown)


def _tell_unknown(rows: Sequence[TradeRow]) -> Iterator[Finding]:
    """Payments that the shop has none of: of an attempt for another amount, of an order, or of nothing it knows."""
    attempts = PayAttempt.objects.filter(IsAmong("number", [row.number for row in rows]))
    asked = {number: rest for number, *rest in attempts.values_list("number", "amount_fen", "order_id")}
    numbers = {row.number[:LENGTH] for row in rows if row.number not in asked}
    orders = dict(orders_in_scope(SYSTEM).filter(number__in=numbers).values_list("number", "pk"))
    for row in rows:
        asked_fen, order_id = asked.get(row.number, (None, orders.get(row.number[:LENGTH])))
        if asked_fen not in (None, row.amount_fen):
            yield _tell(DifferenceKind.AMOUNT, row, asked_fen, order_id)
        else:
            yield _tell(DifferenceKind.UNKNOWN_PAYMENT, row, None, order_id)


@dataclass(frozen=True)
class _Ours:
    """A refund as the shop has it; `is_replaced`: it went back under another number, or by hand."""

    amount_fen: int
    state: str
    order_id: int
    is_replaced: bool


def _compare_refunds(method: str, rows: Sequence[TradeRow]) -> Iterator[Finding]:
    known = _find_refunds("number", [row.refund_no for row in rows])
    left = [row for row in rows if row.refund_no not in known]
    by_id = _find_refunds("gateway_id", [row.refund_id for row in left if row.refund_id])
    replaced = _find_refunds("reference", [row.refund_no for row in left])
    unknown = []
    for row in rows:
        ours = known.get(row.refund_no) or by_id.get(row.refund_id)
        if ours is not None:
            yield from _compare_refund(row, ours)
        elif row.refund_no not in replaced and row.state == LineState.REFUNDED:
            unknown.append(row)
    if unknown:
        paid = Payment.objects.filter(method=method, trade_no__in=[row.trade_no for row in unknown])
        orders = dict(paid.values_list("trade_no", "order_id"))
        for row in unknown:
            yield _tell(DifferenceKind.UNKNOWN_REFUND, row, None, orders.get(row.trade_no))


def _find_refunds(column: str, values: Iterable[str]) -> dict[str, _Ours]:
    wanted = list(values)
    if not wanted:
        return {}
    rows = Refund.objects.filter(IsAmong(column, wanted)).exclude(**{column: ""})
    names = (column, "amount_fen", "state", "order_id", "reference")
    return {
        value: _Ours(fen, state, order_id, bool(reference))
        for value, fen, state, order_id, reference in rows.values_list(*names)
    }


def _compare_refund(row: TradeRow, ours: _Ours) -> Iterator[Finding]:
    is_done = ours.state == RefundState.DONE
    if row.state == LineState.REFUNDED:
        if not is_done or ours.is_replaced:
            yield _tell(DifferenceKind.STATE, row, ours.amount_fen, ours.order_id, ours.state)
        elif ours.amount_fen != row.amount_fen:
            yield _tell(DifferenceKind.AMOUNT, row, ours.amount_fen, ours.order_id, ours.state)
    elif row.state == LineState.REFUND_FAILED and is_done and not ours.is_replaced:
        yield _tell(DifferenceKind.STATE, row, ours.amount_fen, ours.order_id, ours.state)


def _tell(
    kind: DifferenceKind, row: TradeRow, ours_fen: int | None, order_id: int | None, ours: str = ""
) -> Finding:
    return Finding(
        kind,
        row.trade_no,
        number=row.number[:64],
        refund_no=row.refund_no,
        refund_id=row.refund_id[:64],
        ours_fen=ours_fen,
        theirs_fen=row.amount_fen,
        ours=ours,
        theirs=row.state,
        order_id=order_id,
    )
