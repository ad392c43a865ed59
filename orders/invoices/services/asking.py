"""What buyers do, or staff in their place: ask for an invoice of an order; change what it is to say, withdraw it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import LIVE, InvoiceRequest, InvoiceState
from orders.invoices.rules import check_may_ask
from orders.invoices.titles import Title
from orders.models import Order
from shop import clock
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.moves.services import begin, lock_row, lock_subject, move


def ask_invoice(order_id: int, title: Title, *, actor: Actor) -> InvoiceRequest:
    """Ask for an invoice of an order, or change what is asked for already; asked again the same, nothing is done.

    Raises Refused `not_found`, `already_issued`, to staff `already_asked`, and as `check_may_ask` and `Title.check` do.
    """
    title.check()
    with _locked_order(order_id, actor) as order:
        invoice = InvoiceRequest.objects.filter(order=order, state__in=LIVE).first()
        if invoice is None:
            return _begin(order, title, actor)
        return _change(invoice, order, title, actor)


def _begin(order: Order, title: Title, actor: Actor) -> InvoiceRequest:
    check_may_ask(order, actor)
    invoice = InvoiceRequest(order=order, asked_at=clock.now(), **title.columns)
    begin(invoice, "invoice.ask", actor=actor)
    return invoice


def _change(invoice: InvoiceRequest, order: Order, title: Title, actor: Actor) -> InvoiceRequest:
    if invoice.state == InvoiceState.ISSUED:
        raise Refused("already_issued", _("The invoice of this order has been issued already."))
    invoice.order = order
    if all(getattr(invoice, name) == value for name, value in title.columns.items()):
        return invoice
    if actor.kind == ActorKind.STAFF:
        message = _("An invoice of this order is asked for already. Refuse that one to ask for another.")
        raise Refused("already_asked", message)
    locked = lock_subject(InvoiceRequest, invoice.pk, "invoice.change", actor=actor)
    locked.order = order
    move(locked, "invoice.change", actor=actor, changes=title.columns)
    return locked


def withdraw_invoice(order_id: int, *, actor: Actor) -> InvoiceRequest:
    """The buyer wants none any more; withdrawn again, nothing is done.

    Raises Refused `not_found`, `already_issued`, `nothing_asked`.
    """
    with _locked_order(order_id, actor) as order:
        invoice = InvoiceRequest.objects.filter(order=order).order_by("pk").last()
        if invoice is None or invoice.state in (InvoiceState.REFUSED, InvoiceState.REVERSED):
            raise Refused("nothing_asked", _("No invoice of this order is asked for."))
        if invoice.state == InvoiceState.ISSUED:
            raise Refused("already_issued", _("The invoice of this order has been issued already."))
        if invoice.state == InvoiceState.WITHDRAWN:
            return invoice
        locked = lock_subject(InvoiceRequest, invoice.pk, "invoice.withdraw", actor=actor)
        move(locked, "invoice.withdraw", actor=actor, changes={"answered_at": clock.now()})
        return locked


@contextmanager
def _locked_order(order_id: int, actor: Actor) -> Iterator[Order]:
    """The order first, as everywhere: nothing is paid or refunded meanwhile, and nobody asks twice."""
    with transaction.atomic():
        yield lock_row(Order, order_id, actor=actor)
