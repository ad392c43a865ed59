"""The page of goods that nobody came for."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime

from pickup.uncollected.board import list_tab, list_tabs, make_rows, read_tab
from shop.access import has_capability
from shop.http.paging import RisingKeyset, read_page
from shop.staff.decorators import StaffRequest, staff_page


def _read_moment(text: str) -> object:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


_BY_DUE = RisingKeyset("due_at", _read_moment)


@staff_page("pickup.verify")
def show_board(request: StaffRequest) -> HttpResponse:
    """The orders of one tab; those that have waited longest come first."""
    tab = read_tab(request.GET.get("tab", ""))
    page = read_page(list_tab(tab, request.actor), request, _BY_DUE)
    context = {
        "tabs": list_tabs(tab, request.path, request.actor),
        "tab": tab,
        "rows": make_rows(page.rows),
        "page": page,
        "here": request.get_full_path(),
        "may_edit": has_capability(request.actor, "orders.edit"),
        "may_cancel": has_capability(request.actor, "orders.cancel"),
    }
    return render(request, "pickup/uncollected/board.html", context)
