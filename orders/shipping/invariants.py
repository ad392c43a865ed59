"""Invariants of parcels."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from orders.models import OrderLine
from orders.shipping.models import HANDED_OVER, Direction, Parcel, ParcelPhoto, ParcelState, Purpose
from shop.invariants import in_scope, invariant


@invariant("B9", "a tracking number belongs to one live parcel")
def tracking_numbers_are_unique() -> Iterator[str]:
    looked_at = in_scope(Parcel.objects.all(), orders="lines__order_line__order")
    live = Parcel.objects.exclude(state=ParcelState.UNDONE).exclude(tracking_no="")
    live = live.filter(tracking_no__in=looked_at.values("tracking_no"))
    for row in live.values("courier", "tracking_no").annotate(n=Count("id")).filter(n__gt=1):
        yield f"{row['courier']} {row['tracking_no']} in {row['n']} parcels"


@invariant("B2.2", "pieces shipped per line are the pieces in its parcels that were handed over")
def shipped_is_in_parcels() -> Iterator[str]:
    out = Q(parcel_lines__parcel__purpose=Purpose.ORDER, parcel_lines__parcel__direction=Direction.OUT)
    live = out & Q(parcel_lines__parcel__state__in=HANDED_OVER)
    sums = OrderLine.objects.annotate(packed=Coalesce(Sum("parcel_lines__quantity", filter=live), 0))
    for line in in_scope(sums, orders="order").exclude(shipped=F("packed")).select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: shipped {line.shipped}, in parcels {line.packed}"


@invariant("B12.4", "of a buyer who was erased no packing photo is left")
def erased_have_no_photos() -> Iterator[str]:
    order = "parcel__lines__order_line__order"
    photos = ParcelPhoto.objects.filter(**{f"{order}__customer__erased_at__isnull": False})
    for photo in in_scope(photos, orders=order).distinct():
        yield f"{photo}"
