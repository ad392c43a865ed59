"""When an invoice can be had, and of how much."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from orders.invoices.models import LIVE, InvoiceRequest, InvoiceState
from orders.models import Order
from shop import clock
from shop.actor import Actor, ActorKind
from shop.customers.moves import ERASED
from shop.errors import Refused
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings


def get_invoiceable_fen(order: Order) -> int:
    """What an invoice of the order would say now (fen): what was paid and is not back."""
    return order.paid_fen - order.refunded_fen


def check_may_ask(order: Order, actor: Actor) -> None:
    """Raise Refused `invoices_off`, `nothing_paid` or `invoice_too_late` where the actor cannot ask for one now.

    Staff can in the buyer's place also when it is too late or switched off, for then buyers are told to ask the shop;
    `erased` where nobody knows the buyer any more.
    """
    is_buyer = actor.kind == ActorKind.CUSTOMER
    refused = find_why_not(order, get_store_settings()) if is_buyer else _find_why_staff_cannot(order)
    if refused:
        raise refused


def find_why_not(order: Order, store: StoreSettings) -> Refused | None:
    """Why its buyer cannot ask for an invoice, whatever was asked for before; None: they can.

    The time to ask runs from receipt (`invoice_days`); one that was never received has no end.
    """
    if not store.invoices_on:
        return Refused("invoices_off", _("This shop issues no invoices here. Please ask the shop."))
    if refused := _find_unpaid(order):
        return refused
    days = timedelta(days=store.invoice_days)
    if order.received_at and order.received_at + days <= clock.now():
        return Refused("invoice_too_late", _("The time to ask for an invoice is over. Please ask the shop."))
    return None


def _find_why_staff_cannot(order: Order) -> Refused | None:
    if order.customer.erased_at:
        return Refused("erased", ERASED)
    return _find_unpaid(order)


def _find_unpaid(order: Order) -> Refused | None:
    if get_invoiceable_fen(order) > 0:
        return None
    return Refused(
        "nothing_paid", _("An invoice says what was paid: there is nothing to say yet, or no more.")
    )


def can_ask(order: Order, newest: InvoiceRequest | None) -> bool:
    """Whether its buyer can ask for an invoice now, or change what they asked for: `newest` is the last one of it."""
    if newest and newest.state == InvoiceState.ASKED:
        return True
    is_issued = newest is not None and newest.state == InvoiceState.ISSUED
    is_paid = get_invoiceable_fen(order) > 0
    return is_paid and not is_issued and find_why_not(order, get_store_settings()) is None


def can_ask_for_buyer(order: Order, newest: InvoiceRequest | None, store: StoreSettings) -> bool:
    """Whether staff of a shop that issues invoices can ask for one in the buyer's place: none is live."""
    is_live = newest is not None and newest.state in LIVE
    return not is_live and store.invoices_on and _find_why_staff_cannot(order) is None
