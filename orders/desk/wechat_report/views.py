"""Pages of what WeChat is told of shipping: what it refused, what waits, the money that it keeps, and one report."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from orders.desk.list.counts import describe_count
from orders.desk.wechat_report.actions import ACTIONS, find_action_url
from orders.desk.wechat_report.marks import mark_list, mark_report
from orders.desk.wechat_report.shelves import SHELVES, count_shelves, find_shelf
from orders.scope import scope_key
from orders.wechat_report.models import ShippingReport
from orders.wechat_report.reporting import get_standing
from orders.wechat_report.selectors import get_report, sum_held
from orders.wechat_report.services.pressing import retry_failed
from shop.console.timeline import tell_last
from shop.couriers.known import find_courier
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings

EVENTS_SHOWN = 20
_SHIP = "orders.ship"


@staff_page(_SHIP)
def list_reports(request: StaffRequest) -> HttpResponse:
    """The reports of one tab, the newest first, and above them how the shop stands with WeChat."""
    scope, shelf = scope_key(request.actor), find_shelf(request.GET.get("show", ""))
    held, standing = sum_held(scope), get_standing()
    page = read_page(shelf.find(scope).select_related("order", "payment"), request)
    context = {
        "page": page,
        "shelf": shelf,
        "tabs": _list_tabs(shelf.key, count_shelves(scope, held)),
        "held": held,
        "standing": standing,
        "is_on": get_store_settings().wechat_report_on,
        "here": request.get_full_path(),
        "seen": mark_list(page.rows, standing),
    }
    return _render_live(request, "desk/wechat_report/list.html", "desk/wechat_report/_list.html", context)


def _render_live(request: StaffRequest, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page; of an open one what follows WeChat, its buttons too; 204 while it is as it was seen."""
    if not request.htmx:
        return render(request, page, context)
    if request.headers.get("X-Seen") == context["seen"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, part, context | {"is_fresh": True})


def _list_tabs(key: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    here = reverse("orders:wechat_reports")
    return [
        {
            "label": shelf.label,
            "url": make_url(here, {"show": shelf.key}),
            "count": describe_count(counts[shelf.key]),
            "is_active": shelf.key == key,
        }
        for shelf in SHELVES
    ]


@staff_page(_SHIP, methods=("POST",))
def send_again(request: StaffRequest) -> HttpResponse:
    """Have WeChat told again of all that it has refused."""
    count = retry_failed(actor=request.actor)
    words = ngettext("%(n)d report is sent again.", "%(n)d reports are sent again.", count)
    messages.success(request, words % {"n": count})
    return redirect("orders:wechat_reports")


@staff_page(_SHIP)
def show_report(request: StaffRequest, report_id: int) -> HttpResponse:
    """One report: what WeChat is told, what it knows, and what can be done."""
    report = get_report(report_id, actor=request.actor)
    context = _describe(request, report)
    return _render_live(request, "desk/wechat_report/report.html", "desk/wechat_report/_report.html", context)


def _render(
    request: StaffRequest,
    report: ShippingReport,
    *,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = _describe(request, report) | {"dialog": dialog}
    return render(request, "desk/wechat_report/report.html", context, status=status)


def _describe(request: StaffRequest, report: ShippingReport) -> dict[str, Any]:
    return {
        "report": report,
        "rows": _list_parcels(report),
        "offers": list_offers(
            ACTIONS, report, request.actor, action_url=find_action_url, is_silent=lambda _refused: True
        ),
        "entries": tell_last(report, EVENTS_SHOWN),
        "seen": mark_report(report),
    }


def _list_parcels(report: ShippingReport) -> list[dict[str, Any]]:
    """The parcels as they are to be told, or as they were when nothing is any more."""
    told = {(row["courier"], row["number"]) for row in report.taken.get("parcels", ())}
    rows = (report.wanted or report.taken).get("parcels", ())
    return [
        row
        | {
            "name": courier.name if (courier := find_courier(row["courier"])) else row["courier"],
            "is_told": (row["courier"], row["number"]) in told,
        }
        for row in rows
    ]


REPORT_PAGE = ActionPage(
    get=lambda actor, report_id: get_report(report_id, actor=actor),
    render=_render,
    url=lambda report: reverse("orders:wechat_report", args=[report.pk]),
    action_url=find_action_url,
)
