"""The order list."""

from contextlib import nullcontext
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from orders.desk.list.bulk import list_bulk, list_more, list_prints
from orders.desk.list.counts import count_tabs, describe_count
from orders.desk.list.filters import PAGE_SIZES, Filters, Tab, WorkQueue
from orders.desk.list.kinds import ORDINARY, PICKUP, OrderKind, find_kind, list_kind_tabs
from orders.desk.list.rows import make_rows
from orders.desk.list.selectors import Page, get_page, has_any, search
from orders.desk.search.hints import describe_tried
from orders.desk.search.leads import find_slip_page, list_leads
from orders.desk.search.matches import Matches
from orders.desk.search.words import read_payment_number
from orders.exports.moves import CAPABILITY as EXPORTING
from orders.states import MOVES
from shop.access import has_capability
from shop.actor import Actor
from shop.database.replica import reading
from shop.http.dialogs import Dialog
from shop.http.middleware import own_address
from shop.http.query import make_url
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.models import StaffUser
from shop.staff.preferences import COLUMNS, get_list_preferences, save_list_preferences

_COME_BY_THEMSELVES = gettext_lazy(
    "Completed and closed orders come here by themselves, after as many days as the store settings say."
)


@staff_page("orders.view")
def list_orders(request: StaffRequest) -> HttpResponse:
    """The list, whole or (asked for by htmx) as the part below the title; the address is its state."""
    filters = Filters(request.GET)
    if slip := find_slip_page(filters.get("q"), actor=request.actor):
        return HttpResponseClientRedirect(slip) if request.htmx else redirect(slip)
    matches = search(filters, actor=request.actor)
    context = _draw_context(request, filters, matches, _read_page(request, filters, matches))
    is_part = request.htmx and not request.htmx.history_restore_request
    response = render(request, "desk/list/_table.html" if is_part else "desk/list/page.html", context)
    if is_part and request.GET:
        cursors = {name: request.GET.get(name, "") for name in ("older", "newer")}
        response["HX-Push-Url"] = filters.make_url(reverse("orders:list"), **cursors)
    # The part and the whole page share an address: without this the back button may show the part alone.
    patch_vary_headers(response, ["HX-Request"])
    return response


def draw_list(
    request: StaffRequest, filters: Filters, *, dialog: Dialog, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The first page of the list under another address, with a dialog open on it."""
    matches = search(filters, actor=request.actor)
    page = get_page(filters, matches, actor=request.actor)
    context = _draw_context(request, filters, matches, page)
    context |= {
        "list_dialog": dialog,
        "this_url": filters.make_url(reverse("orders:list")),
        "filter_url": filters.make_url(reverse("orders:filter")),
    }
    return render(request, "desk/list/page.html", context, status=status)


def _draw_context(
    request: StaffRequest, filters: Filters, matches: Matches | None, page: Page
) -> dict[str, Any]:
    actor = request.actor
    return {
        **_list_context(filters, matches, page, actor),
        **_describe_looks(request.user),
        "bulk_actions": list_bulk(actor),
        "bulk_more": list_more(actor),
        "bulk_prints": list_prints(actor),
        "can_print": has_capability(actor, MOVES["order.print"].capability),
        "can_export": has_capability(actor, EXPORTING),
        "export_query": urlencode({"filter": filters.make_url("").removeprefix("?")}),
        "is_narrowed": filters.is_narrowed,
        "rows": make_rows(
            page.orders, actor=actor, archive=None if filters.tab == Tab.ARCHIVED else filters.archive
        ),
        "this_url": request.get_full_path(),
        "filter_url": make_url(reverse("orders:filter"), request.GET),
    }


def _read_page(request: StaffRequest, filters: Filters, matches: Matches | None) -> Page:
    """Older pages may come from the replica; the first shows people what they have just done."""
    older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
    with reading() if older else nullcontext():
        return get_page(filters, matches, actor=request.actor, older=older, newer=newer)


@staff_page("orders.view")
def ask_filters(request: StaffRequest) -> HttpResponse:
    """The dialog with all filters, filled in as the list that asks for it is filtered."""
    return render(request, "desk/list/_filter.html", {"form": Filters(request.GET).form})


@staff_page("orders.view", methods=("POST",))
def save_looks(request: StaffRequest) -> HttpResponse:
    """Remember the columns and the density of this person's list, and lead back to it."""
    is_compact = request.POST.get("density") == "compact"
    save_list_preferences(request.user.pk, shown=request.POST.getlist("column"), is_compact=is_compact)
    back = own_address(request, request.POST.get("next", ""), otherwise=reverse("orders:list"))
    return HttpResponseRedirect(back)


def _describe_looks(staff: StaffUser) -> dict[str, Any]:
    looks = get_list_preferences(staff)
    shows = {name: name not in looks.hidden for name in COLUMNS}
    columns = [{"name": name, "label": label, "is_shown": shows[name]} for name, label in COLUMNS.items()]
    return {"shows": shows, "columns": columns, "is_compact": looks.is_compact}


def _list_context(filters: Filters, matches: Matches | None, page: Page, actor: Actor) -> dict[str, Any]:
    path, kind = reverse("orders:list"), find_kind(filters.params)
    return {
        "kind": kind,
        "filters": filters,
        "search_words": filters.get("q"),
        **_list_tabs(kind, filters, path, actor),
        "chips": filters.list_chips(path),
        "matched": [kind.label for kind in matches.kinds] if matches else [],
        "missing": matches.missing if matches else (),
        "sheet_url": _find_sheet_url(filters, page, actor),
        "cut_at": matches.cut_at if matches else 0,
        "leads": list_leads(filters.get("q"), actor=actor) if matches else [],
        "payment_number": _find_unknown_payment(filters, page),
        "newer_url": filters.make_url(path, newer=page.newer) if page.newer else "",
        "older_url": filters.make_url(path, older=page.older) if page.older else "",
        "page_size": filters.size,
        "page_sizes": [(size, filters.make_url(path, size=size)) for size in PAGE_SIZES],
        "archive_url": _find_archive_url(filters, page, path, actor),
        "empty": None if page.orders else _describe_empty(kind, filters, matches),
        "all_url": make_url(path, kind.params),
        "bulk_filter": filters.make_url("").removeprefix("?"),
    }


def _list_tabs(kind: OrderKind, filters: Filters, path: str, actor: Actor) -> dict[str, Any]:
    """Tabs, and the queues in which something waits.

    Counts are of all that the actor may see; beside a filtered list they would mislead, so then they are left out.
    """
    if kind is not ORDINARY:
        return {"tabs": list_kind_tabs(kind, filters, path, actor), "queues": []}
    counts = None if filters.is_narrowed else count_tabs(actor, filters.archive)
    tabs = [
        {
            "label": tab.label,
            "url": filters.make_url(path, tab="" if tab == Tab.ALL else tab, stage="", queue=""),
            "count": describe_count(counts.tabs[tab]) if counts and tab in counts.tabs else "",
            "is_active": tab == filters.tab and not filters.get("queue"),
        }
        for tab in Tab
        if tab != Tab.ARCHIVED or filters.archive or tab == filters.tab
    ]
    queues = [
        {
            "label": queue.label,
            "url": filters.make_url(path, queue=queue, tab="", stage=""),
            "count": describe_count(counts.queues[queue]),
            "is_active": queue == filters.get("queue"),
        }
        for queue in WorkQueue
        if counts and (counts.queues[queue] or queue == filters.get("queue"))
    ]
    return {"tabs": tabs, "queues": queues}


def _find_sheet_url(filters: Filters, page: Page, actor: Actor) -> str:
    """Where what waits to be shipped is shipped by a sheet, for who may; what is picked up never is."""
    may_ship = has_capability(actor, MOVES["order.ship_part"].capability)
    is_sent = filters.tab == Tab.TO_SHIP and find_kind(filters.params) is not PICKUP
    return reverse("orders:ship_sheet") if page.orders and is_sent and may_ship else ""


def _find_unknown_payment(filters: Filters, page: Page) -> str:
    """A payment number that was searched for and is nowhere: the gateway may know it."""
    return "" if page.orders else read_payment_number(filters.get("q"))


def _find_archive_url(filters: Filters, page: Page, path: str, actor: Actor) -> str:
    """Where orders that would stand below the last one of this page are archived, "" where there are none."""
    if page.older or not filters.hidden_archive:
        return ""
    archived = filters.in_archive()
    return archived.make_url(path) if has_any(archived, actor=actor) else ""


def _describe_empty(kind: OrderKind, filters: Filters, matches: Matches | None) -> dict[str, Any]:
    if kind is not ORDINARY and len(filters.list_chips("")) == 1:
        leads_on = {"action_url": reverse("orders:list"), "action_label": ORDINARY.title}
        return {"title": kind.nothing, "words": kind.until_when, "icon_name": "hourglass"} | leads_on
    if filters.list_chips(""):
        return {
            "title": _("No order fits"),
            "words": _say_why_nothing(filters, matches),
            "icon_name": "search",
        }
    titles = {
        Tab.ALL: _("No orders yet"),
        Tab.UNPAID: _("No orders await payment"),
        Tab.TO_CONFIRM: _("No orders to confirm"),
        Tab.TO_SHIP: _("No orders to ship"),
        Tab.SHIPPED: _("No orders are on their way"),
        Tab.DONE: _("No orders are completed yet"),
        Tab.CLOSED: _("No orders were closed"),
        Tab.ARCHIVED: _("No orders are archived"),
    }
    return {
        "title": titles[filters.tab],
        "words": _COME_BY_THEMSELVES
        if filters.tab == Tab.ARCHIVED
        else _("The next one will be spoken aloud."),
        "icon_name": "inbox",
    }


def _say_why_nothing(filters: Filters, matches: Matches | None) -> str:
    """Where the box found orders that a filter takes away, the filter is what to change."""
    tried = matches.tried if matches and not matches.ids else ()
    if tried and filters.is_search_alone:
        return describe_tried(tried)
    words = _("Check what was typed, or take a filter off.")
    return f"{words} {describe_tried(tried)}" if tried else words
