"""When an invoice can be had, and of how much."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from orders.invoices.models import InvoiceRequest, InvoiceState
from orders.models import Order
from shop import clock
from shop.errors import Refused
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings


def get_invoiceable_fen(order: Order) -> int:
    """What an invoice of the order would say now (fen): what was paid and is not back."""
    return order.paid_fen - order.refunded_fen


def check_may_ask(order: Order) -> None:
    """Raise Refused `invoices_off`, `nothing_paid` or `invoice_too_late` where its buyer cannot ask for one now."""
    if refused := find_why_not(order, get_store_settings()):
        raise refused


def find_why_not(order: Order, store: StoreSettings) -> Refused | None:
    """Why its buyer cannot ask for an invoice, whatever was asked for before; None: they can.

    The time to ask runs from receipt (`invoice_days`); one that was never received has no end.
    """
    if not store.invoices_on:
        return Refused("invoices_off", _("This shop issues no invoices here. Please ask the shop."))
    if get_invoiceable_fen(order) <= 0:
        return Refused(
            "nothing_paid", _("An invoice says what was paid: there is nothing to say yet, or no more.")
        )
    days = timedelta(days=store.invoice_days)
    if order.received_at and order.received_at + days <= clock.now():
        return Refused("invoice_too_late", _("The time to ask for an invoice is over. Please ask the shop."))
    return None


def can_ask(order: Order, newest: InvoiceRequest | None) -> bool:
    """Whether its buyer can ask for an invoice now, or change what they asked for: `newest` is the last one of it."""
    if newest and newest.state == InvoiceState.ASKED:
        return True
    is_issued = newest is not None and newest.state == InvoiceState.ISSUED
    is_paid = get_invoiceable_fen(order) > 0
    return is_paid and not is_issued and find_why_not(order, get_store_settings()) is None
