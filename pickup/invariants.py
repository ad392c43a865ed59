"""Invariants of what was handed out at counters."""

from collections.abc import Iterator

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import OrderLine
from orders.stages import OVER
from pickup.models import Verification, VerificationLine
from shop.events.models import Event
from shop.invariants import in_scope, invariant
from shop.store.choices import Delivery

_VERIFIED = ("order.verify", "order.verify_part")
_UNDONE = ("order.undo_verify",)


@invariant(
    "B4", "per line: pieces picked up are those of its verifications, and never more than were ordered"
)
def picked_up_is_verified() -> Iterator[str]:
    effective = Q(verified_lines__verification__undone_at__isnull=True)
    sums = OrderLine.objects.annotate(verified=Coalesce(Sum("verified_lines__quantity", filter=effective), 0))
    is_pickup = Q(order__delivery=Delivery.PICKUP)
    wrong = Q(verified__gt=F("quantity") - F("cancelled")) | is_pickup & ~Q(shipped=F("verified"))
    for line in in_scope(sums.filter(wrong), orders="order").select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: handed out {line.shipped}, verified {line.verified}"


@invariant("B4.1", "an order has one completing verification at most, and none while it goes on")
def orders_are_completed_once() -> Iterator[str]:
    last = in_scope(Verification.objects.filter(is_last=True, undone_at=None), orders="order")
    for row in last.values("order__number").annotate(n=Count("pk")).filter(n__gt=1).order_by():
        yield f"order {row['order__number']} was handed out {row['n']} times"
    for row in last.exclude(order__stage__in=OVER).select_related("order"):
        yield f"order {row.order.number} is {row.order.stage}, though all of it was handed out"


@invariant("B4.2", "each verification stands on its order's record once, and each that is undone once more")
def verifications_are_on_record() -> Iterator[str]:
    rows = in_scope(Verification.objects.all(), orders="order").values("order_id", "order__number")
    counts = rows.annotate(made=Count("pk"), undone=Count("undone_at")).order_by()
    told = counts.annotate(told=_count_events(_VERIFIED), told_undone=_count_events(_UNDONE))
    for row in told.exclude(made=F("told"), undone=F("told_undone")):
        yield f"order {row['order__number']}: {row['made']} verifications, {row['told']} on record"


def _count_events(verbs: tuple[str, ...]) -> Coalesce:
    events = Event._base_manager.filter(kind="order", subject_id=OuterRef("order_id"), verb__in=verbs)
    counted = events.order_by().values("subject_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@invariant("B4.3", "no verification is empty, and each is of lines of its own order")
def verifications_hold_goods() -> Iterator[str]:
    for verification in in_scope(Verification.objects.filter(lines=None), orders="order"):
        yield f"{verification} holds nothing"
    foreign = VerificationLine.objects.exclude(order_line__order=F("verification__order"))
    for line in in_scope(foreign, orders="order_line__order"):
        yield f"{line} is of another order"
