"""Reading parcels."""

from django.db.models import QuerySet

from orders.models import Order
from orders.shipping.models import Parcel, ParcelLine
from shop.events.models import Event


def list_parcels(order: Order) -> "QuerySet[Parcel]":
    """The parcels that hold lines of this order, undone ones too, oldest first."""
    ids = ParcelLine.objects.filter(order_line__order=order).values("parcel_id")
    return Parcel.objects.filter(pk__in=ids).prefetch_related("lines__order_line").order_by("pk")


def list_just_sent(order: Order) -> list[int]:
    """The ids of the parcels that were sent by the newest move of this order, none where it was another one."""
    newest = Event.objects.filter(kind=order.subject_kind, subject_id=order.pk, number=order.version)
    sent = newest.filter(verb__in=("order.ship", "order.ship_part")).values_list("data__parcels", flat=True)
    return [parcel["id"] for parcels in sent for parcel in parcels]
