"""What e-waybills hold about a buyer: the label, and what was remarked on it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.waybills.models import HOLDING, Waybill, WaybillLabel
from shop.customers.erasure import eraser, obstacle, sealed
from shop.customers.models import Customer
from shop.events.models import Event


@obstacle
def has_held_waybill(customer: Customer) -> Promise | str:
    is_held = Waybill.objects.filter(order__customer=customer, state__in=HOLDING).exists()
    return _("An e-waybill waits for its parcel: void it first.") if is_held else ""


@sealed
def own_waybills(customer: Customer) -> Any:
    return Waybill.objects.filter(order__customer=customer)


@sealed
def events_of_waybills(customer: Customer) -> Any:
    waybills = Waybill.objects.filter(order__customer=customer)
    return Event._base_manager.filter(kind=Waybill.subject_kind, subject_id__in=waybills.values("pk"))


@eraser
def erase_labels(customer: Customer) -> None:
    WaybillLabel.objects.filter(waybill__order__customer=customer).delete()
