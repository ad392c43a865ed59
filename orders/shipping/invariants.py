"""Invariants of parcels."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import Order, OrderLine
from orders.shipping.models import (
    HANDED_OVER,
    Direction,
    FormerNumber,
    Intercept,
    InterceptState,
    Parcel,
    ParcelLine,
    ParcelPhoto,
    ParcelState,
    Purpose,
)
from orders.stages import CloseReason, Stage
from orders.waybills.models import Waybill, WaybillState
from shop.catalog.models import MovementKind, StockMovement
from shop.invariants import in_scope, invariant
from shop.store.choices import Delivery, PayMethod


@invariant("B9", "a tracking number belongs to one live parcel")
def tracking_numbers_are_unique() -> Iterator[str]:
    looked_at = in_scope(Parcel.objects.all(), orders="lines__order_line__order")
    live = Parcel.objects.exclude(state=ParcelState.UNDONE).exclude(tracking_no="")
    live = live.filter(tracking_no__in=looked_at.values("tracking_no"))
    for row in live.values("courier", "tracking_no").annotate(n=Count("id")).filter(n__gt=1):
        yield f"{row['courier']} {row['tracking_no']} in {row['n']} parcels"


@invariant("B9.1", "no parcel is empty")
def parcels_hold_goods() -> Iterator[str]:
    for parcel in in_scope(Parcel.objects.filter(lines=None), orders="intercepts__order"):
        yield f"parcel {parcel.pk}"


@invariant("B9.2", "a parcel was sent, delivered, or undone when it says so")
def parcels_say_when() -> Iterator[str]:
    wrong = (
        Q(state__in=HANDED_OVER, sent_at=None)
        | Q(state=ParcelState.ARRIVED) & (Q(arrived_at=None) | Q(has_moved=False))
        | Q(state=ParcelState.UNDONE) ^ Q(undone_at__isnull=False)
        | Q(state=ParcelState.RETURNED) ^ Q(returned_at__isnull=False)
        | Q(state=ParcelState.RETURNED, turned_back_at=None)
    )
    for parcel in in_scope(Parcel.objects.filter(wrong), orders="lines__order_line__order"):
        yield f"parcel {parcel.pk} is {parcel.state}"


@invariant("B9.3", "an e-waybill that was used is on a parcel of its order, or was")
def used_waybills_are_on_parcels() -> Iterator[str]:
    named = Parcel.objects.filter(courier=OuterRef("courier"), tracking_no=OuterRef("tracking_no"))
    replaced = FormerNumber.objects.filter(courier=OuterRef("courier"), tracking_no=OuterRef("tracking_no"))
    used = Waybill.objects.filter(state=WaybillState.USED)
    lost = used.exclude(Exists(named.exclude(state=ParcelState.UNDONE))).exclude(Exists(replaced))
    for waybill in in_scope(lost, orders="order"):
        yield f"waybill {waybill.code} is used, and its parcel is gone"


@invariant("B9.4", "a task of stopping a parcel is open only while the parcel is on its way")
def intercepts_end_with_their_parcels() -> Iterator[str]:
    late = Intercept.objects.filter(state=InterceptState.ASKED).exclude(parcel__state=ParcelState.SENT)
    for intercept in in_scope(late, orders="order"):
        yield f"intercept {intercept.pk} of parcel {intercept.parcel_id}"


@invariant("B2.2", "pieces sent per line are the pieces in its parcels that were handed over")
def shipped_is_in_parcels() -> Iterator[str]:
    out = Q(parcel_lines__parcel__purpose=Purpose.ORDER, parcel_lines__parcel__direction=Direction.OUT)
    live = out & Q(parcel_lines__parcel__state__in=HANDED_OVER)
    sums = OrderLine.objects.annotate(packed=Coalesce(Sum("parcel_lines__quantity", filter=live), 0))
    sent = sums.exclude(order__delivery=Delivery.PICKUP)
    for line in in_scope(sent, orders="order").exclude(shipped=F("packed")).select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: shipped {line.shipped}, in parcels {line.packed}"


@invariant("B20.2", "an order says that it is coming back exactly while one of its parcels was refused")
def refused_parcels_are_known() -> Iterator[str]:
    refused = Exists(
        ParcelLine.objects.filter(order_line__order=OuterRef("pk"), parcel__turned_back_at__isnull=False)
    )
    is_open = ~Q(stage=Stage.CLOSED)
    wrong = Q(is_coming_back=True) & ~(is_open & refused) | Q(is_coming_back=False) & is_open & refused
    for order in in_scope(Order.objects.filter(wrong), orders="pk"):
        yield f"order {order.number} says {order.is_coming_back}"


@invariant(
    "B20.3", "an order that closed as refused has every piece back, and each stands in the stock's movements"
)
def returned_pieces_are_in_movements() -> Iterator[str]:
    moved = StockMovement.objects.filter(order_id=OuterRef("pk"), kind=MovementKind.RETURN).order_by()
    sums = moved.values("order_id").annotate(n=Sum("on_hand_delta")).values("n")
    refused = Order.objects.filter(
        stage=Stage.CLOSED, close_reason=CloseReason.RETURNED, pay_method=PayMethod.COD, paid_fen=0
    )
    found = refused.annotate(moved=Coalesce(Subquery(sums), 0))
    for order in in_scope(found, orders="pk").exclude(
        pieces_returned=F("moved"), pieces_shipped=F("pieces_returned")
    ):
        yield f"order {order.number}: {order.pieces_returned} of {order.pieces_shipped}, moved {order.moved}"


@invariant("B12.4", "of a buyer who was erased no packing photo is left")
def erased_have_no_photos() -> Iterator[str]:
    order = "parcel__lines__order_line__order"
    photos = ParcelPhoto.objects.filter(**{f"{order}__customer__erased_at__isnull": False})
    for photo in in_scope(photos, orders=order).distinct():
        yield f"{photo}"
