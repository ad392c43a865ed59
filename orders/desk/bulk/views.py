"""The page of shipping by sheet: the files to fill in, the upload, and what was uploaded before."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from orders.desk.bulk.columns import COLUMNS
from orders.desk.bulk.forms import UploadForm, WaitingForm
from orders.desk.bulk.sheet import SHIPMENTS
from orders.desk.bulk.waiting import Waiting
from shop.access import has_capability
from shop.http.paging import read_page
from shop.jobs.pages import make_key
from shop.jobs.selectors import list_uploads, sees_job
from shop.jobs.sheets.selectors import count_unchanged
from shop.jobs.sheets.views import take_upload
from shop.sheets.columns import list_texts
from shop.sheets.sending import send_rows
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.downloads import note_download
from shop.staff.signing_in.reauthentication import ask_before_file, is_answer

_PAGE = "desk/bulk/page.html"


@staff_page("orders.ship", methods=("GET", "POST"))
def ship_sheet(request: StaffRequest) -> HttpResponse:
    """Choose a file with tracking numbers; POST makes a job of it, whose page shows what it would do."""
    return take_upload(request, SHIPMENTS, template=_PAGE, more=lambda: _show_rest(request))


@staff_page("orders.ship")
def download_template(request: StaffRequest) -> HttpResponse:
    """The columns alone."""
    return send_rows(request, str(SHIPMENTS.label), _list_headers(), (), texts=list_texts(COLUMNS))


@staff_page("orders.ship", methods=("POST",))
def download_waiting(request: StaffRequest) -> HttpResponse:
    """Every order that waits to be shipped; recipients in full only for a reason, which is on the record."""
    wants_full = "is_full" in request.POST or is_answer(request)
    if wants_full and (question := ask_before_file(request)):
        return question
    form = _make_waiting_form(request, request.POST)
    if not form.is_valid():
        return _show_refused(request, form)
    waiting = Waiting(request.actor, form.cleaned_data.get("is_full", False))
    name, texts = _("Orders to ship"), list_texts(COLUMNS)
    response = send_rows(request, name, _list_headers(), waiting.list_rows(), texts=texts)
    if waiting.is_full:
        note_download(request.actor, orders=waiting.count, reason=form.cleaned_data["reason"])
    return response


def _show_refused(request: StaffRequest, form: WaitingForm) -> HttpResponse:
    context = {"kind": SHIPMENTS, "form": UploadForm(), "error": "", "key": make_key()}
    context |= _show_rest(request) | {"waiting": form}
    return render(request, _PAGE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _list_headers() -> list[str]:
    return [str(column.header) for column in COLUMNS]


def _make_waiting_form(request: StaffRequest, data: Any = None) -> WaitingForm:
    return WaitingForm(data, may_reveal=has_capability(request.actor, "orders.reveal"))


def _show_rest(request: StaffRequest) -> dict[str, Any]:
    """What the page shows beside the upload."""
    page = read_page(list_uploads(SHIPMENTS.name), request, size=20)
    rows = [(job, sees_job(job, request.actor)) for job in page.rows]
    unchanged = count_unchanged(page.rows)
    return {"waiting": _make_waiting_form(request), "page": page, "rows": rows, "unchanged": unchanged}
