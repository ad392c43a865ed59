"""Reading e-waybills."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from orders.models import Order
from orders.waybills.models import ASKED, HOLDING, TROUBLED, Waybill, WaybillState

VOIDABLE = Waybill.objects.filter(state=WaybillState.ISSUED, last_error="")
"""Numbers that nobody has refused to take back."""


def list_held(order: Order) -> list[Waybill]:
    """The waybills that wait for their parcel, in the order of the ship dialog."""
    return list(order.waybills.filter(state__in=HOLDING, is_given_up=False).order_by("place"))


def has_held(order_id: int) -> bool:
    """Whether a number is there, or may be, for a parcel of this order that is not sent."""
    return Waybill.objects.filter(order=order_id, state__in=HOLDING, is_given_up=False).exists()


def find_last(order_id: int, place: int) -> Waybill | None:
    """The newest waybill of a place in the ship dialog."""
    return Waybill.objects.filter(order=order_id, place=place).order_by("-pk").first()


def list_troubled() -> "QuerySet[Waybill]":
    """Those that a person may have to settle, oldest first."""
    return Waybill.objects.filter(state__in=TROUBLED).select_related("order").order_by("pk")


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those whose provider is to be asked now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Waybill.objects.filter(free, next_try_at__lte=now, state__in=ASKED).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])
