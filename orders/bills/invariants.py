"""Invariants of bills and of what does not agree with them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from orders.bills.models import Bill, BillKind, BillState, Difference, DifferenceKind, DifferenceState
from orders.bills.reading.rows import LineState
from orders.payments.models import Payment
from shop import clock
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant, list_in_scope

NIGHTS = timedelta(days=2)
"""At night bills that were compared since are looked at, which belong to no order."""
_BACK = ~Q(lines__refund_no="")


def _compared(bills: Any) -> Any:
    return bills if list_in_scope("orders") is None else bills.filter(matched_at__gte=clock.now() - NIGHTS)


@invariant("B23.1", "what a bill of payments comes to is the sum of its rows")
def sums_are_those_of_the_rows() -> Iterator[str]:
    known = Bill.objects.filter(kind=BillKind.TRADES, state__in=(BillState.MATCHED, BillState.EMPTY))
    paid, back = Q(lines__refund_no="", lines__state=LineState.PAID), _BACK
    back &= ~Q(lines__state=LineState.REFUND_FAILED)
    sums = _compared(known).annotate(
        n=Count("lines"),
        came=Coalesce(Sum("lines__amount_fen", filter=paid), 0),
        went=Coalesce(Sum("lines__amount_fen", filter=back), 0),
    )
    for bill in sums.exclude(rows=F("n"), received_fen=F("came"), refunded_fen=F("went")):
        yield f"bill {bill.pk} says {bill.rows} rows, {bill.received_fen} and {bill.refunded_fen}"


@invariant("B23.2", "a difference has an end exactly when nobody has to look at it any more")
def open_ones_have_no_end() -> Iterator[str]:
    is_open = Q(state=DifferenceState.OPEN)
    wrong = (is_open & Q(ended_at__isnull=False)) | (~is_open & Q(ended_at__isnull=True))
    wrong |= Q(is_by_itself=True) & ~Q(state=DifferenceState.SETTLED)
    for difference in in_scope(Difference.objects.filter(wrong), orders="order"):
        yield f"difference {difference.pk} is {difference.state}"


@invariant("B23.3", "once delivery has drained, no payment that is booked is one that the shop does not know")
def booked_payments_are_known() -> Iterator[str]:
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind="order", event__subject_id=OuterRef("order")
    )
    booked = Payment.objects.filter(trade_no=OuterRef("trade_no"), method=OuterRef("platform"))
    unknown = Difference.objects.filter(
        Exists(booked), state=DifferenceState.OPEN, kind=DifferenceKind.UNKNOWN_PAYMENT
    )
    for difference in in_scope(unknown.exclude(Exists(waiting)), orders="order"):
        yield f"difference {difference.pk} is about payment {difference.trade_no}"
