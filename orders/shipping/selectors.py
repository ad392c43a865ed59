"""Reading parcels."""

from django.db.models import QuerySet

from orders.models import Order
from orders.shipping.models import Parcel, ParcelLine


def list_parcels(order: Order) -> "QuerySet[Parcel]":
    """The parcels that hold lines of this order, undone ones too, oldest first."""
    ids = ParcelLine.objects.filter(order_line__order=order).values("parcel_id")
    return Parcel.objects.filter(pk__in=ids).prefetch_related("lines__order_line").order_by("pk")
