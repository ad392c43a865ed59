"""What invoices hold about a buyer: number and sum stay, as accounting records do, whom they name goes."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import InvoiceRequest, InvoiceState
from shop.customers.erasure import obstacle, sealed
from shop.customers.models import Customer
from shop.events.models import Event


@obstacle
def waits_for_invoice(customer: Customer) -> Promise | str:
    is_asked = InvoiceRequest.objects.filter(order__customer=customer, state=InvoiceState.ASKED).exists()
    return _("An invoice is asked for: issue or refuse it first.") if is_asked else ""


@sealed
def own_invoices(customer: Customer) -> Any:
    return InvoiceRequest.objects.filter(order__customer=customer)


@sealed
def events_of_invoices(customer: Customer) -> Any:
    invoices = InvoiceRequest.objects.filter(order__customer=customer)
    return Event._base_manager.filter(kind=InvoiceRequest.subject_kind, subject_id__in=invoices.values("pk"))
