"""Invariants of invoices."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from orders.invoices.models import LIVE, OVERSTATED, InvoiceRequest, InvoiceState
from orders.payments.models import Payment
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant


@invariant("B21", "an order has at most one invoice that is asked for or issued")
def one_is_live() -> Iterator[str]:
    live = InvoiceRequest.objects.filter(state__in=LIVE)
    rows = in_scope(live, orders="order").values("order").annotate(n=Count("pk")).order_by("order")
    for row in rows.filter(n__gt=1):
        yield f"order {row['order']} has {row['n']} invoices at once"


@invariant("B21.1", "an invoice says no more than what had been paid of its order when it was issued")
def amount_was_paid() -> Iterator[str]:
    before = Payment.objects.filter(
        order=OuterRef("order"), counts=True, captured_at__lte=OuterRef("answered_at")
    )
    sums = before.order_by().values("order").annotate(fen=Sum("amount_fen")).values("fen")
    paid = Coalesce(Subquery(sums, output_field=IntegerField()), Value(0))
    issued = InvoiceRequest.objects.filter(state=InvoiceState.ISSUED).annotate(paid=paid)
    for invoice in in_scope(issued.filter(amount_fen__gt=F("paid")), orders="order"):
        yield f"invoice {invoice.pk} says {invoice.amount_fen}, paid were {invoice.paid}"


@invariant(
    "B21.2", "once delivery has drained, an invoice is to be corrected when it says more than what is left"
)
def overstated_are_outdated() -> Iterator[str]:
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind="order", event__subject_id=OuterRef("order")
    )
    issued = InvoiceRequest.objects.filter(state=InvoiceState.ISSUED).exclude(Exists(waiting))
    wrong = (OVERSTATED & Q(is_outdated=False)) | Q(is_outdated=True, order__refunded_fen=0)
    for invoice in in_scope(issued.filter(wrong), orders="order"):
        yield f"invoice {invoice.pk} says {invoice.amount_fen}, outdated: {invoice.is_outdated}"


@invariant("B21.3", "number and sum stand on invoices that were issued, and on no others")
def only_issued_have_numbers() -> Iterator[str]:
    was_issued = Q(state__in=[InvoiceState.ISSUED, InvoiceState.REVERSED])
    has_both = ~Q(number="") & Q(amount_fen__isnull=False)
    has_any = ~Q(number="") | Q(amount_fen__isnull=False) | Q(is_outdated=True)
    wrong = (was_issued & ~has_both) | (~was_issued & has_any)
    for invoice in in_scope(InvoiceRequest.objects.filter(wrong), orders="order"):
        yield f"invoice {invoice.pk} is {invoice.state} with number “{invoice.number}”"
