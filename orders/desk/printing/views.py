"""Pages of print jobs: what waits for a person, one job, and the press that makes one."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.printing.actions import ACTIONS, find_action_url
from orders.printing.models import PrintJob
from orders.printing.selectors import get_job, list_troubled
from orders.printing.services.asking import print_on
from orders.scope import scope_key
from orders.selectors import get_order_id
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_id
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.words import fill

EVENTS_SHOWN = 20
_PRINT = "orders.print"


@staff_page(_PRINT, methods=("POST",))
def print_receipt(request: StaffRequest, number: str) -> HttpResponse:
    """Send the receipt of an order to a printer of the shop."""
    order_id = get_order_id(number, actor=request.actor)
    try:
        job = print_on(order_id, printer_id=read_id(request.POST.get("printer", "")), actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        words = _("The receipt is sent to “%(printer)s”.")
        messages.success(request, fill(words, {"printer": job.printer.name}))
    return redirect("orders:detail", number)


@staff_page(_PRINT)
def list_jobs(request: StaffRequest) -> HttpResponse:
    """Print jobs that a person has to look at, the newest first."""
    rows = list_troubled(scope_key(request.actor)).select_related("order", "printer")
    return render(request, "desk/printing/list.html", {"page": read_page(rows, request)})


@staff_page(_PRINT)
def show_job(request: StaffRequest, print_id: int) -> HttpResponse:
    """One job: what became of it, and what can be done."""
    return _render(request, get_job(print_id, actor=request.actor))


def _render(
    request: StaffRequest, job: PrintJob, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "job": job,
        "offers": list_offers(
            ACTIONS, job, request.actor, action_url=find_action_url, is_silent=lambda _refused: True
        ),
        "entries": tell_last(job, EVENTS_SHOWN),
        "dialog": dialog,
    }
    return render(request, "desk/printing/job.html", context, status=status)


JOB_PAGE = ActionPage(
    get=lambda actor, print_id: get_job(print_id, actor=actor),
    render=_render,
    url=lambda job: reverse("orders:print_job", args=[job.pk]),
    action_url=find_action_url,
)
