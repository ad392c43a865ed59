"""Pages of after-sales: who has to move, and one with all that is to be known before deciding."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from aftersales.choices import State
from aftersales.models import Aftersale
from aftersales.pages.actions import ACTIONS, find_action_url
from aftersales.pages.facts import TONES, find_then, is_late, read_facts
from aftersales.pages.shelves import SHELVES, Filters, Shelf, find_shelf, narrow
from aftersales.pages.slip import has_slip
from aftersales.selectors import get_aftersale
from orders.scope import scope_key
from shop.console.timeline import tell_last
from shop.crypto import mask_name, mask_phone
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

VIEW = "aftersales.view"
COUNT_CAP = 1_000
EVENTS_SHOWN = 50


@staff_page(VIEW)
def list_aftersales(request: StaffRequest) -> HttpResponse:
    """The after-sales of one tab, those that are due next first where somebody has to move."""
    scope, shelf = scope_key(request.actor), find_shelf(request.GET.get("show", ""))
    filters = Filters(request.GET)
    page = read_page(narrow(shelf, filters, scope), request, shelf.keyset)
    if filters.get("q") and len(page.rows) == 1:
        # A slip or number that was scanned leads on to what it is of.
        return redirect("aftersales:detail", page.rows[0].number)
    context = {
        "page": page,
        "rows": [
            (row, mask_name(row.order.recipient), TONES[State(row.state)], find_then(row), is_late(row))
            for row in page.rows
        ],
        "shelf": shelf,
        "tabs": _list_tabs(request, shelf, scope),
        "filters": filters,
    }
    return render(request, "aftersales/list.html", context)


def _list_tabs(request: HttpRequest, here: Shelf, scope: str) -> list[dict[str, Any]]:
    """Those that are work have their counts, up to COUNT_CAP."""
    return [
        {
            "label": shelf.label,
            "url": make_url(request.path, {"show": shelf.key}),
            "count": _count(shelf, scope) if shelf.is_work else "",
            "is_active": shelf is here,
        }
        for shelf in SHELVES
    ]


def _count(shelf: Shelf, scope: str) -> str:
    count = shelf.find(scope)[: COUNT_CAP + 1].count()
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


@staff_page(VIEW)
def show_aftersale(request: StaffRequest, aftersale: str) -> HttpResponse:
    """One after-sale: what is wanted, what is left to refund, what was said, what can be done."""
    return _render(request, get_aftersale(aftersale, actor=request.actor))


def _render(
    request: StaffRequest, aftersale: Aftersale, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    order = aftersale.order
    context = {
        "aftersale": aftersale,
        "order": order,
        "buyer": f"{mask_name(order.recipient)} {mask_phone(order.phone)}".strip(),
        "facts": read_facts(aftersale),
        "pictures": [row.picture for row in aftersale.pictures.select_related("picture")],
        "offers": list_offers(ACTIONS, aftersale, request.actor, action_url=find_action_url),
        "entries": tell_last(aftersale, EVENTS_SHOWN),
        "has_slip": has_slip(aftersale),
        "dialog": dialog,
    }
    return render(request, "aftersales/aftersale.html", context, status=status)


AFTERSALE_PAGE = ActionPage(
    get=lambda actor, aftersale: get_aftersale(aftersale, actor=actor),
    render=_render,
    url=lambda aftersale: reverse("aftersales:detail", args=[aftersale.number]),
    action_url=find_action_url,
)
