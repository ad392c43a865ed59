"""Invariants of money."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import Order, OrderLine
from orders.payments.ledger import pay_key, refund_key
from orders.payments.models import (
    LIVE,
    WITHOUT_CANCELLING,
    PayAttempt,
    Payment,
    Refund,
    RefundCause,
    RefundState,
)
from orders.stages import Stage
from shop.customers.models import BalanceEntry, EntryKind
from shop.invariants import in_scope, invariant
from shop.store.choices import PayMethod

IN_FLIGHT = (RefundState.COMMITTED, RefundState.PROCESSING, RefundState.FAILED, RefundState.TO_PAY_OUT)


@invariant("B1.1", "per payment, refunds done and in flight stay within what was captured")
def refunds_stay_within_payment() -> Iterator[str]:
    sums = Payment.objects.annotate(
        done=Coalesce(Sum("refunds__amount_fen", filter=Q(refunds__state=RefundState.DONE)), 0),
        flying=Coalesce(Sum("refunds__amount_fen", filter=Q(refunds__state__in=IN_FLIGHT)), 0),
    )
    wrong = (
        ~Q(refunded_fen=F("done")) | ~Q(refunding_fen=F("flying")) | Q(amount_fen__lt=F("done") + F("flying"))
    )
    for payment in in_scope(sums, orders="order").filter(wrong).select_related("order"):
        yield f"payment {payment} of order {payment.order.number}: {payment.refunded_fen}+{payment.refunding_fen}"


@invariant("B1.2", "an order's paid and refunded amounts are the sums of the payments that count")
def order_sums_are_its_payments() -> Iterator[str]:
    counting = Q(payments__counts=True)
    sums = Order.objects.annotate(
        captured=Coalesce(Sum("payments__amount_fen", filter=counting), 0),
        returned=Coalesce(Sum("payments__refunded_fen", filter=counting), 0),
    )
    for order in in_scope(sums, orders="pk").exclude(paid_fen=F("captured"), refunded_fen=F("returned")):
        yield f"order {order.number}: paid {order.paid_fen}, payments {order.captured}"


@invariant(
    "B20.1", "what a courier remitted for an order is on it once, and with the rest no more than it costs"
)
def remitted_money_is_in_once() -> Iterator[str]:
    remitted = Q(payments__method=PayMethod.COD, payments__counts=True) & ~Q(payments__trade_no="")
    sums = Order.objects.annotate(times=Count("payments", filter=remitted)).filter(times__gt=0)
    for order in in_scope(sums, orders="pk").filter(Q(times__gt=1) | Q(paid_fen__gt=F("payable_fen"))):
        yield f"order {order.number}: remitted {order.times} times, paid {order.paid_fen} of {order.payable_fen}"


@invariant("B10.2", "what was paid from a balance, or given back into it, stands once in the ledger")
def balance_payments_are_booked() -> Iterator[str]:
    of_buyers = {"orders": "order__customer__orders", "customers": "order__customer"}
    by_balance = in_scope(Payment.objects.filter(method=PayMethod.BALANCE), **of_buyers)
    wanted = {pay_key(payment.trade_no): -payment.amount_fen for payment in by_balance}
    refunds = in_scope(Refund.objects.filter(payment__method=PayMethod.BALANCE), **of_buyers)
    wanted |= {refund_key(refund.number): refund.amount_fen for refund in refunds}
    kinds = (EntryKind.PAY, EntryKind.REFUND)
    entries = in_scope(
        BalanceEntry.objects.filter(kind__in=kinds), orders="customer__orders", customers="customer"
    )
    booked = dict(entries.values_list("key", "delta_fen"))
    for key in sorted(wanted.keys() | booked.keys()):
        if wanted.get(key) != booked.get(key):
            yield f"{key}: {wanted.get(key)} in the payments, {booked.get(key)} in the ledger"


@invariant("B1.3", "money that does not count is on its way back in full")
def late_money_goes_back() -> Iterator[str]:
    late = Payment.objects.filter(counts=False).exclude(amount_fen=F("refunding_fen") + F("refunded_fen"))
    for payment in in_scope(late, orders="order").select_related("order"):
        yield f"payment {payment} of order {payment.order.number} does not count and is not refunded"


@invariant("B1.4", "what was refunded, but for goodwill, stands on lines, and the rest is within the freight")
def refunds_are_for_lines_and_freight() -> Iterator[str]:
    refunds = Refund.objects.filter(order=OuterRef("pk"), payment__counts=True, is_goodwill=False)
    given = refunds.order_by().values("order").annotate(fen=Sum("amount_fen")).values("fen")
    sums = Order.objects.annotate(on_lines=Coalesce(Sum("lines__refunded_fen"), 0))
    sums = sums.filter(Q(on_lines__gt=0) | Exists(refunds)).annotate(
        given=Coalesce(Subquery(given), 0), freight=F("freight_fen") + F("freight_adjust_fen")
    )
    wrong = Q(on_lines__gt=F("given")) | Q(given__gt=F("on_lines") + F("freight"))
    for order in in_scope(sums, orders="pk").filter(wrong):
        yield f"order {order.number}: {order.on_lines} refunded on its lines, {order.given} by refunds"


@invariant("B1.5", "the rows of a refund are its amount, and those of a line what was refunded for it")
def refunds_say_what_they_are_for() -> Iterator[str]:
    """A version before wrote no rows: orders with such a refund have lines with more refunded than their rows say."""
    itemised = Refund.objects.annotate(of_rows=Sum("lines__amount_fen")).filter(of_rows__isnull=False)
    for refund in in_scope(itemised, orders="order").exclude(amount_fen=F("of_rows")):
        yield f"refund {refund}: {refund.amount_fen}, by its rows {refund.of_rows}"
    plain = Refund.objects.filter(
        order=OuterRef("order"), payment__counts=True, is_goodwill=False, lines__isnull=True
    )
    lines = OrderLine.objects.annotate(of_rows=Coalesce(Sum("refund_lines__amount_fen"), 0))
    wrong = Q(of_rows__gt=F("refunded_fen")) | (Q(of_rows__lt=F("refunded_fen")) & ~Exists(plain))
    for line in in_scope(lines, orders="order").filter(wrong).select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: {line.refunded_fen} refunded, by rows {line.of_rows}"


@invariant("B1.6", "by pieces no more of a line is refunded, or cancelled with a refund, than there were")
def no_piece_is_refunded_twice() -> Iterator[str]:
    given_back = Coalesce(
        Sum("refund_lines__pieces", filter=Q(refund_lines__refund__cause__in=WITHOUT_CANCELLING)), 0
    )
    cancelled_paid = Coalesce(
        Sum("refund_lines__pieces", filter=Q(refund_lines__refund__cause=RefundCause.CANCEL)), 0
    )
    lines = OrderLine.objects.annotate(given_back=given_back, cancelled_paid=cancelled_paid)
    wrong = Q(given_back__gt=F("quantity")) | Q(cancelled_paid__gt=F("cancelled"))
    for line in in_scope(lines, orders="order").filter(wrong).select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: {line.given_back} pieces of {line.quantity} refunded"


@invariant(
    "B1.7", "a refund of an after-sale says of which; it may also be for goods that were cancelled with it"
)
def refunds_of_cases_say_which() -> Iterator[str]:
    is_of_case = Q(cause=RefundCause.AFTERSALE)
    may_be = is_of_case | Q(cause=RefundCause.CANCEL)
    odd = Refund.objects.filter((is_of_case & Q(case_number="")) | (~may_be & ~Q(case_number="")))
    for refund in in_scope(odd, orders="order"):
        yield f"refund {refund}"


@invariant("B12.3", "no attempt says as whom a buyer who was erased paid at the gateway")
def erased_payers_are_forgotten() -> Iterator[str]:
    named = PayAttempt.objects.filter(order__customer__erased_at__isnull=False).exclude(openid="")
    for attempt in in_scope(named, orders="order", customers="order__customer"):
        yield f"attempt {attempt.number}"


@invariant("B7", "each external effect has one intent with a stable number")
def one_intent_per_effect() -> Iterator[str]:
    odd = Refund.objects.filter(Q(number="") | Q(state=RefundState.DONE, finished_at=None))
    for refund in in_scope(odd, orders="order"):
        yield f"refund {refund.pk}"
    closed = PayAttempt.objects.filter(state__in=LIVE, order__stage=Stage.CLOSED).select_related("order")
    for attempt in in_scope(closed, orders="order"):
        yield f"attempt {attempt.number} is live on a closed order"
