"""Reading parcels."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.shipping.models import Parcel, ParcelLine
from shop.errors import Refused


def list_parcels(order: Order) -> "QuerySet[Parcel]":
    """The parcels that hold lines of this order, undone ones too, oldest first."""
    ids = ParcelLine.objects.filter(order_line__order=order).values("parcel_id")
    return Parcel.objects.filter(pk__in=ids).prefetch_related("lines__order_line").order_by("pk")


def get_order_id_of_parcel(parcel_id: int) -> int:
    """Raises Refused `not_found` (404)."""
    ids = ParcelLine.objects.filter(parcel_id=parcel_id).values_list("order_line__order_id", flat=True)
    order_id = ids.first()
    if order_id is None:
        raise Refused("not_found", _("There is no such parcel."), 404)
    return order_id
