"""Pages of exports: one's own, one with how far it is, and what is asked for a new one."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.desk.exports.actions import OF_EXPORT, find_cancel_url, find_stop_url
from orders.exports.models import AT_WORK, Export, ExportSchedule, ExportState
from orders.exports.selectors import list_active_schedules, list_exports, list_layouts, list_schedules
from orders.exports.sheets import SHEETS
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.words import read_kept


@staff_page("orders.export")
def list_page(request: StaffRequest) -> HttpResponse:
    """The newest exports first, and those that repeat."""
    return _draw_list(request)


def _draw_list(
    request: StaffRequest,
    _schedule: ExportSchedule | None = None,
    *,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    page = read_page(list_exports(request.actor).select_related("file"), request)
    context = {
        "page": page,
        "schedules": list(list_active_schedules(request.actor).select_related("layout")),
        "layouts": [
            (layout, len(SHEETS[layout.sheet].choose(layout.columns)))
            for layout in list_layouts(request.actor)
        ],
        "dialog": dialog,
    }
    return render(request, "desk/exports/list.html", context, status=status)


def _get_export(actor: Actor, export_id: int) -> Export:
    return get_object_or_404(list_exports(actor).select_related("file"), pk=export_id)


@staff_page("orders.export")
def export_page(request: StaffRequest, export_id: int) -> HttpResponse:
    """How far it is, and its file; htmx asks for that part alone, or for its row of the list."""
    export = _get_export(request.actor, export_id)
    if request.htmx and not request.htmx.history_restore_request:
        return _answer_part(request, export)
    return _draw_export(request, export)


def _draw_export(
    request: StaffRequest, export: Export, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = _describe(request, export) | {"entries": tell_last(export), "dialog": dialog}
    return render(request, "desk/exports/export.html", context, status=status)


def _describe(request: StaffRequest, export: Export) -> dict[str, Any]:
    offers = list_offers(OF_EXPORT, export, request.actor, action_url=find_cancel_url)
    return {
        "export": export,
        "offers": offers,
        "is_own": export.made_by_id == request.actor.id,
        "reason": read_kept(export.reason, ""),
    }


def _answer_part(request: StaffRequest, export: Export) -> HttpResponse:
    """What is new since the part was made; 204 while nothing is. The end is told once."""
    was = request.GET.get("was", "")
    if was == export.standing and (not export.is_at_work or request.GET.get("done") == str(export.done)):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.GET.get("part") == "row":
        response = render(request, "desk/exports/_row.html", {"export": export})
    else:
        more = {"entries": tell_last(export), "is_fresh": True}
        response = render(request, "desk/exports/_progress.html", _describe(request, export) | more)
    if was in AT_WORK and not export.is_at_work:
        response["HX-Trigger"] = json.dumps({"toast": _say_end(export)})
    return response


def _say_end(export: Export) -> dict[str, str]:
    if export.state == ExportState.DONE:
        return {"message": _("The export is ready."), "tone": "success"}
    return {"message": _("No file came of the export."), "tone": "warning"}


EXPORT_PAGE = ActionPage(
    get=_get_export,
    render=_draw_export,
    url=lambda export: reverse("exports:export", args=[export.pk]),
    action_url=find_cancel_url,
)


def _get_schedule(actor: Actor, schedule_id: int) -> ExportSchedule:
    return get_object_or_404(list_schedules(actor), pk=schedule_id)


SCHEDULE_PAGE = ActionPage(
    get=_get_schedule,
    render=_draw_list,
    url=lambda _schedule: reverse("exports:list"),
    action_url=find_stop_url,
)
