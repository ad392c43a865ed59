"""Invariants of e-waybills."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q

from orders.models import Order
from orders.waybills.models import ASKED, HELD, Waybill, WaybillLabel, WaybillState
from shop.events.models import Event
from shop.invariants import in_scope, invariant

_WITH_NUMBER = (WaybillState.ISSUED, WaybillState.VOIDING, WaybillState.USED)


@invariant("B7.1", "an e-waybill has one code, and at most one number came for it")
def one_number_per_waybill() -> Iterator[str]:
    waybills = in_scope(Waybill.objects.all(), orders="order")
    for waybill in waybills.filter(state__in=_WITH_NUMBER, tracking_no=""):
        yield f"waybill {waybill.code} is {waybill.state} without a number"
    came = Event._base_manager.filter(
        kind=Waybill.subject_kind,
        subject_id__in=waybills.values("pk"),
        verb__in=("waybill.issue", "waybill.enter", "waybill.late"),
    )
    for row in came.order_by().values("subject_id").annotate(n=Count("id")).filter(n__gt=1):
        yield f"waybill {row['subject_id']} was given {row['n']} numbers"


@invariant("B7.2", "an order is held by its e-waybills exactly while one waits for its parcel")
def orders_are_held_by_waybills() -> Iterator[str]:
    # Two of them: an OR inside one would read all waybills for each order.
    own = Exists(Waybill.objects.filter(HELD, order=OuterRef("pk")))
    held = own | Exists(Waybill.objects.filter(HELD, bundle=OuterRef("bundle")))
    wrong = Q(has_label=True, is_held_so=False) | Q(has_label=False, is_held_so=True)
    orders = Order.objects.annotate(is_held_so=held).filter(Q(has_label=True) | held)
    for order in in_scope(orders, orders="pk").filter(wrong).only("number", "has_label"):
        yield f"order {order.number}: has_label is {order.has_label}"


@invariant("B7.8", "an e-waybill waits for an answer exactly while its provider is to be asked")
def waiting_waybills_are_asked() -> Iterator[str]:
    is_asked, waits = Q(state__in=ASKED), Q(next_try_at__isnull=False)
    for waybill in in_scope(Waybill.objects.filter(is_asked & ~waits | ~is_asked & waits), orders="order"):
        yield f"waybill {waybill.code} is {waybill.state}"


@invariant("B7.9", "a label is of an e-waybill that was given a number")
def labels_have_numbers() -> Iterator[str]:
    blank = WaybillLabel.objects.filter(waybill__tracking_no="").select_related("waybill")
    for label in in_scope(blank.defer("html"), orders="waybill__order"):
        yield f"label of waybill {label.waybill.code}"
