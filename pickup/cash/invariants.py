"""Invariants of money that was taken at counters."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from orders.models import Order
from orders.payments.models import Means, Payment
from pickup.cash.models import CashClosing, ClosedPayment
from shop.invariants import in_scope, invariant

_BY = {f"{means}_fen": Q(payments__payment__means=means) for means in Means} | {
    "native_fen": Q(payments__payment__means="")
}


@invariant("B22", "what a closing of a cash sheet froze is the sum of its payments")
def closings_are_their_payments() -> Iterator[str]:
    fen = {
        f"of_{name}": Coalesce(Sum("payments__payment__amount_fen", filter=by), 0) for name, by in _BY.items()
    }
    sums = CashClosing.objects.annotate(
        of_orders=Count("payments__payment__order", distinct=True), **fen
    ).order_by()
    names = ("orders", *_BY)
    for closing in sums.exclude(**{name: F(f"of_{name}") for name in names}):
        yield f"closing {closing.pk}: {closing.total_fen} frozen, its payments are others"


@invariant("B22.1", "a payment in a closing counts, and is of its collector and store")
def closed_payments_belong_there() -> Iterator[str]:
    right = {
        "payment__store": F("closing__store"),
        "payment__collected_by_kind": F("closing__collector_kind"),
        "payment__collected_by_id": F("closing__collector_id"),
        "payment__counts": True,
    }
    for row in in_scope(ClosedPayment.objects.exclude(**right), orders="payment__order"):
        yield str(row)


@invariant("B22.2", "what was taken at a counter says who took it, and by hand how; nothing else says so")
def counters_know_their_collector() -> Iterator[str]:
    by_hand = Q(attempt__isnull=True)
    right = Q(store__isnull=True, means="", collected_by_kind="", collected_by_id__isnull=True)
    right |= Q(store__isnull=False, collected_by_id__isnull=False) & (
        by_hand & ~Q(means="") | ~by_hand & Q(means="")
    )
    for payment in in_scope(Payment.objects.exclude(right), orders="order").select_related("order"):
        yield f"payment {payment} of order {payment.order.number}"


@invariant(
    "B22.3", "nothing is collected twice at a counter: what came in, less what went back, is within the price"
)
def nothing_is_collected_twice() -> Iterator[str]:
    at_counter = Payment.objects.filter(store__isnull=False, counts=True)
    taken = Order.objects.filter(pk__in=at_counter.values("order"))
    back = Coalesce(Sum("refunds__amount_fen", filter=Q(refunds__payment__counts=True)), 0)
    sums = taken.annotate(back=back).filter(paid_fen__gt=F("payable_fen") + F("back"))
    for order in in_scope(sums, orders="pk"):
        yield f"order {order.number}: {order.paid_fen} paid of {order.payable_fen}"
