"""Pages of e-waybills: what waits for a person, one waybill, its label in a sandbox, and printing it."""

from http import HTTPStatus

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from orders.desk.waybills.actions import ACTIONS, find_action_url
from orders.desk.waybills.presses import read_key, write_key
from orders.scope import scope_key
from orders.waybills.models import Waybill, WaybillLabel
from orders.waybills.selectors import get_waybill, list_troubled
from orders.waybills.services.ending import note_printed
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

EVENTS_SHOWN = 20
# The vendor's own HTML: nothing of it runs, nothing is fetched, nothing leads anywhere.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


@staff_page("orders.ship")
def list_waybills(request: StaffRequest) -> HttpResponse:
    """E-waybills that may need a person, the newest first."""
    rows = list_troubled(scope_key(request.actor)).select_related("order")
    return render(request, "desk/waybills/list.html", {"page": read_page(rows, request)})


@staff_page("orders.ship")
def show_waybill(request: StaffRequest, waybill_id: int) -> HttpResponse:
    """One e-waybill: what became of it, its label, and what can be done."""
    return _render(request, get_waybill(waybill_id, actor=request.actor))


def _render(
    request: StaffRequest, waybill: Waybill, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "waybill": waybill,
        "label": _find_label(waybill),
        "offers": list_offers(
            ACTIONS, waybill, request.actor, action_url=find_action_url, is_silent=lambda _refused: True
        ),
        "entries": tell_last(waybill, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/waybills/waybill.html", context, status=status)


def _find_label(waybill: Waybill) -> WaybillLabel | None:
    """Where its label is: `is_here` for one that this shop can print. The label itself is not opened."""
    is_here = ExpressionWrapper(~Q(html=""), BooleanField())
    return WaybillLabel.objects.only("url").annotate(is_here=is_here).filter(waybill=waybill).first()


WAYBILL_PAGE = ActionPage(
    get=lambda actor, waybill_id: get_waybill(waybill_id, actor=actor),
    render=_render,
    url=lambda waybill: reverse("orders:waybill", args=[waybill.pk]),
    action_url=find_action_url,
)


@staff_page("orders.ship", methods=("POST",))
def print_label(request: StaffRequest, waybill_id: int) -> HttpResponse:
    """Record a print and lead to the sheet, which opens the browser's dialog; loading that again counts nothing.

    The label shows the recipient in full, so that its address is good for a while and for who pressed alone.
    """
    _read_label(get_waybill(waybill_id, actor=request.actor))
    printed = note_printed(waybill_id, actor=request.actor)
    key = write_key({waybill_id: printed.prints}, request.user.pk)
    return redirect(make_url(reverse("orders:labels"), {"key": key}))


@staff_page("orders.ship")
@xframe_options_sameorigin
def draw_label(request: StaffRequest, waybill_id: int) -> HttpResponse:
    """The label as the provider drew it, for a sandboxed frame of our own pages alone."""
    waybill = get_waybill(waybill_id, actor=request.actor)
    read_key(request, waybill_id)
    label = _read_label(waybill)
    response = HttpResponse(label.html)
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


def _read_label(waybill: Waybill) -> WaybillLabel:
    labels = WaybillLabel.objects.select_related("waybill__order__customer")
    label = labels.filter(waybill=waybill).first()
    if label is None or not label.html:
        raise Refused("not_found", _("This e-waybill has no label here: print it at the provider."), 404)
    return label
