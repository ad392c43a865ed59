"""Payments and refunds of the shop that stand in no bill. Those near midnight are asked about both days' bills.

A payment at 23:59 may be told by the bill of the next day, and the other way round: what lies within `EDGE` of a
midnight is missing only when the bills of both days are known.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from orders.bills.days import A_DAY, EDGE, start_of
from orders.bills.models import Bill, BillLine, DifferenceKind
from orders.bills.selectors import is_known
from orders.bills.services.findings import Finding
from orders.payments.models import Payment, Refund, RefundState

Window = tuple[datetime, datetime]
_IN_BILL = BillLine.objects.filter(trade_no=OuterRef("trade_no"), refund_no="")
_BACK_IN_BILL = BillLine.objects.filter(refund_no=OuterRef("number")).exclude(refund_no="")


def list_windows(bill: Bill) -> list[Window]:
    """The times of which this bill, with those beside it that are known, tells everything."""
    begin, end = start_of(bill.day), start_of(bill.day + A_DAY)
    windows = [(begin + EDGE, end - EDGE)]
    if is_known(bill.platform, bill.mchid, bill.day - A_DAY):
        windows.append((begin - EDGE, begin + EDGE))
    if is_known(bill.platform, bill.mchid, bill.day + A_DAY):
        windows.append((end - EDGE, end + EDGE))
    return windows


def find_missing(bill: Bill) -> Iterator[tuple[Finding, datetime]]:
    """What is missing from the bills, with the moment at which the shop has it."""
    for window in list_windows(bill):
        for payment in _list_payments(bill, window).iterator(500):
            yield _tell_payment(payment), payment.captured_at
        for refund in _list_refunds(bill, window).iterator(500):
            if refund.finished_at:
                yield _tell_refund(refund), refund.finished_at


def has_own_money(bill: Bill) -> bool:
    """Whether the shop knows of a payment that a bill of this day must have."""
    begin, end = start_of(bill.day), start_of(bill.day + A_DAY)
    return _of_account(bill, (begin + EDGE, end - EDGE)).exists()


def _of_account(bill: Bill, window: Window) -> "QuerySet[Payment]":
    return Payment.objects.filter(
        captured_at__gte=window[0],
        captured_at__lt=window[1],
        method=bill.platform,
        attempt__mchid=bill.mchid,
    )


def _list_payments(bill: Bill, window: Window) -> "QuerySet[Payment]":
    return _of_account(bill, window).exclude(Exists(_IN_BILL)).select_related("attempt").order_by("pk")


def _list_refunds(bill: Bill, window: Window) -> "QuerySet[Refund]":
    """Done by the platform under our number: what was paid out by hand has a reference."""
    done = Refund.objects.filter(
        finished_at__gte=window[0],
        finished_at__lt=window[1],
        state=RefundState.DONE,
        reference="",
        payment__method=bill.platform,
        payment__attempt__mchid=bill.mchid,
    )
    return done.exclude(Exists(_BACK_IN_BILL)).select_related("payment__attempt").order_by("pk")


def _tell_payment(payment: Payment) -> Finding:
    return Finding(
        DifferenceKind.MISSING_PAYMENT,
        payment.trade_no,
        number=payment.attempt.number if payment.attempt else "",
        ours_fen=payment.amount_fen,
        order_id=payment.order_id,
    )


def _tell_refund(refund: Refund) -> Finding:
    attempt = refund.payment.attempt
    return Finding(
        DifferenceKind.MISSING_REFUND,
        refund.payment.trade_no,
        number=attempt.number if attempt else "",
        refund_no=refund.number,
        refund_id=refund.gateway_id,
        ours_fen=refund.amount_fen,
        ours=refund.state,
        order_id=refund.order_id,
    )
