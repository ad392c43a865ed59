"""Parcels that were sent and of which nobody has said yet how they get to their couriers."""

from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from orders.collections.models import OVER, Collection
from orders.collections.selectors import waits_for_courier
from orders.scope import real_orders_of
from orders.shipping.models import TO_HAND_OVER, Parcel, ParcelLine
from orders.waybills.models import Waybill, WaybillState
from shop import clock
from shop.couriers.models import Sender

FRESH = timedelta(days=3)
"""A parcel that was sent longer ago has reached its courier, whether somebody said so or not."""


def list_waiting(scope: str) -> "QuerySet[Any]":
    """The parcels of orders in this scope, each with its first order (`order_id`, `order_number`) and `sender_id`.

    The sender is the one of its e-waybill, the default one where its number was typed.
    """
    rows = Parcel.objects.filter(TO_HAND_OVER, sent_at__gt=clock.now() - FRESH)
    live = Collection.objects.exclude(state__in=OVER).filter(parcel=OuterRef("pk"))
    orders = real_orders_of(scope).values("pk")
    lines = ParcelLine.objects.filter(parcel=OuterRef("pk"), order_line__order__in=orders)
    lines = lines.filter(waits_for_courier("order_line__order", "parcel"))
    first = lines.order_by("order_line__order")
    labels = find_labels(OuterRef("courier"), OuterRef("tracking_no"))
    default = Sender.objects.filter(is_default=True, is_in_use=True)
    return (
        rows.filter(Exists(lines))
        .exclude(Exists(live))
        .annotate(
            order_id=Subquery(first.values("order_line__order_id")[:1]),
            order_number=Subquery(first.values("order_line__order__number")[:1]),
            sender_id=Coalesce(
                Subquery(labels.values("sender")[:1]),
                Subquery(default.values("pk")[:1]),
                output_field=BigIntegerField(),
            ),
        )
    )


def find_labels(courier: object, tracking_no: object) -> "QuerySet[Waybill]":
    """The e-waybill of a number, if there is one."""
    numbered = Waybill.objects.exclude(state=WaybillState.VOID).exclude(tracking_no="")
    return numbered.filter(courier=courier, tracking_no=tracking_no)


def list_left(order_id: int, courier: str = "") -> list[Parcel]:
    """The parcels of an order that nobody has seen on their way: those of which nothing was said, else all of them."""
    lines = ParcelLine.objects.filter(order_line__order=order_id).values("parcel")
    rows = Parcel.objects.filter(TO_HAND_OVER, pk__in=lines).order_by("pk")
    parcels = list(rows.filter(courier=courier) if courier else rows)
    said = Collection.objects.exclude(state__in=OVER).filter(parcel__in=parcels)
    handed = set(said.values_list("parcel_id", flat=True))
    return [parcel for parcel in parcels if parcel.pk not in handed] or parcels
