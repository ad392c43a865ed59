"""What after-sales hold about a buyer: their words and what the shop wrote to them go, amounts and goods stay."""

from typing import Any

from aftersales.models import Aftersale, Dispute
from shop.customers.erasure import sealed
from shop.customers.models import Customer
from shop.events.models import Event


@sealed
def own_aftersales(customer: Customer) -> Any:
    return Aftersale.objects.filter(order__customer=customer)


@sealed
def own_disputes(customer: Customer) -> Any:
    return Dispute.objects.filter(aftersale__order__customer=customer)


@sealed
def events_of_aftersales(customer: Customer) -> Any:
    rows = Aftersale.objects.filter(order__customer=customer)
    return Event._base_manager.filter(kind=Aftersale.subject_kind, subject_id__in=rows.values("pk"))
