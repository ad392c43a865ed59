"""Pages of invoices that buyers ask for: what waits, and one with what can be done."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from orders.desk.invoices.actions import ACTIONS, find_action_url
from orders.desk.invoices.facts import list_facts, write_title
from orders.desk.invoices.shelves import SHELVES, Filters, Shelf, find_shelf, narrow
from orders.desk.list.counts import describe_count
from orders.invoices.models import InvoiceRequest
from orders.invoices.rules import get_invoiceable_fen
from orders.invoices.selectors import get_invoice
from orders.invoices.services.answering import reveal_invoice
from orders.scope import scope_key
from shop.console.timeline import tell_last
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings

EVENTS_SHOWN = 20
_INVOICE = "orders.invoice"


@staff_page(_INVOICE)
def list_invoices(request: StaffRequest) -> HttpResponse:
    """The invoices of one tab, the newest first; `?q=` finds one by its number or its order's."""
    scope, shelf, filters = (
        scope_key(request.actor),
        find_shelf(request.GET.get("show", "")),
        Filters(request.GET),
    )
    page = read_page(narrow(shelf, filters, scope), request)
    context = {
        "page": page,
        "rows": [
            (row, write_title(row), row.amount_fen or get_invoiceable_fen(row.order)) for row in page.rows
        ],
        "shelf": shelf,
        "tabs": _list_tabs(request, shelf, scope),
        "filters": filters,
        "is_on": get_store_settings().invoices_on,
    }
    return render(request, "desk/invoices/list.html", context)


def _list_tabs(request: HttpRequest, here: Shelf, scope: str) -> list[dict[str, Any]]:
    """Those that are work have their counts: a query each, over a partial index."""
    return [
        {
            "label": shelf.label,
            "url": make_url(request.path, {"show": shelf.key}),
            "count": describe_count(shelf.find(scope).count()) if shelf.is_counted else "",
            "is_active": shelf is here,
        }
        for shelf in SHELVES
    ]


@staff_page(_INVOICE)
def show_invoice(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """One invoice: whom it is to name, over how much, what came of it."""
    return _render(request, get_invoice(invoice_id, actor=request.actor))


@staff_page(_INVOICE, methods=("POST",))
def reveal(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Whom it names in full; who looked is on the record."""
    invoice = reveal_invoice(invoice_id, actor=request.actor)
    context = {"facts": list_facts(invoice, is_revealed=True)}
    return render(request, "desk/invoices/_facts.html", context)


def _render(
    request: StaffRequest,
    invoice: InvoiceRequest,
    *,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    facts = list_facts(invoice)
    context = {
        "invoice": invoice,
        "title": write_title(invoice),
        "facts": facts,
        "can_reveal": any(fact.is_masked for fact in facts),
        "now_fen": get_invoiceable_fen(invoice.order),
        "offers": list_offers(ACTIONS, invoice, request.actor, action_url=find_action_url),
        "entries": tell_last(invoice, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/invoices/invoice.html", context, status=status)


INVOICE_PAGE = ActionPage(
    get=lambda actor, invoice_id: get_invoice(invoice_id, actor=actor),
    render=_render,
    url=lambda invoice: reverse("orders:invoice", args=[invoice.pk]),
    action_url=find_action_url,
)
