"""Reading invoices."""

from collections.abc import Iterable

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import TO_CORRECT, InvoiceRequest, InvoiceState
from orders.scope import rows_in_scope, scope_key
from shop.actor import Actor
from shop.errors import Refused


def get_invoice(invoice_id: int, *, actor: Actor) -> InvoiceRequest:
    """One that the actor may see, with its order. Raises Refused `not_found` (404)."""
    rows = InvoiceRequest.objects.select_related("order__customer")
    invoice = rows_in_scope(rows, scope_key(actor)).filter(pk=invoice_id).first()
    if invoice is None:
        raise Refused("not_found", _("There is no such invoice."), 404)
    return invoice


def list_asked(scope: str) -> "QuerySet[InvoiceRequest]":
    """Those that buyers wait for."""
    return rows_in_scope(InvoiceRequest.objects.filter(state=InvoiceState.ASKED), scope)


def list_to_correct(scope: str) -> "QuerySet[InvoiceRequest]":
    """Issued ones that say more than what is still paid (需红冲)."""
    return rows_in_scope(InvoiceRequest.objects.filter(TO_CORRECT), scope)


def list_waiting(scope: str) -> "QuerySet[InvoiceRequest]":
    """All that somebody has to do something about: one for each line of work behind the navigation's entry."""
    rows = InvoiceRequest.objects.filter(Q(state=InvoiceState.ASKED) | TO_CORRECT)
    return rows_in_scope(rows, scope)


def find_newest(order_id: int) -> InvoiceRequest | None:
    """The last one of an order, with what opens it; it is the live one where there is one."""
    rows = InvoiceRequest.objects.select_related("order__customer").filter(order=order_id)
    return rows.order_by("pk").last()


def find_last_title(customer_id: int) -> InvoiceRequest | None:
    """What a buyer asked for last, of any of their orders."""
    rows = InvoiceRequest.objects.select_related("order__customer").filter(order__customer=customer_id)
    # Sorted and cut off, all invoices of the shop would be walked through for a buyer who never had one.
    last = rows.aggregate(pk=Max("pk"))["pk"]
    return rows.get(pk=last) if last else None


def map_newest(order_ids: Iterable[int]) -> dict[int, InvoiceRequest]:
    """Order id → its last one; one query."""
    rows = InvoiceRequest.objects.filter(order__in=list(order_ids)).order_by("pk")
    return {row.order_id: row for row in rows}
