"""The steps of an import that every kind of sheet has: choose a file, confirm, download."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from shop.errors import Refused
from shop.jobs import pages
from shop.jobs.models import Job
from shop.jobs.registry import KINDS
from shop.jobs.selectors import list_jobs
from shop.jobs.services import confirm_job
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.output import write_sheet
from shop.jobs.sheets.services import upload_sheet
from shop.sheets.reading import MAX_BYTES
from shop.sheets.sending import send_file
from shop.staff.decorators import StaffRequest, staff_page


def take_upload(
    request: StaffRequest,
    kind: SheetKind,
    *,
    template: str = "jobs/upload.html",
    more: Callable[[], dict[str, Any]] = dict,
) -> HttpResponse:
    """Choose a file, and what the kind asks; POST makes a job of it, whose page shows what it would do.

    `template` is a page of its own, and `more` gives what it shows beside the form.
    """

    def show(form: forms.Form | None, error: Any = "") -> HttpResponse:
        is_refused = bool(error) or (form is not None and form.is_bound)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
        context = {"kind": kind, "form": form, "error": error, "key": pages.make_key()}
        return render(request, template, context | more(), status=status)

    if request.method != "POST":
        return show(kind.asks() if kind.asks else None)
    form = kind.asks(request.POST) if kind.asks else None
    file = request.FILES.get("sheet")
    if file is None:
        return show(form, _("Choose a file first."))
    if form is not None and not form.is_valid():
        return show(form)
    try:
        return pages.follow_job(request, _upload(request, kind, file, form))
    except Refused as refused:
        return show(form, refused.message)


def _upload(request: StaffRequest, kind: SheetKind, file: Any, form: forms.Form | None) -> Job:
    content, key = file.read(MAX_BYTES + 1), pages.read_key(request)
    choices = form.cleaned_data if form is not None else None
    return upload_sheet(kind, file.name or "", content, actor=request.actor, key=key, choices=choices)


@staff_page(None, methods=("POST",))
def confirm(request: StaffRequest, job_id: int) -> HttpResponse:
    """Have done what the page showed."""
    job = get_object_or_404(list_jobs(request.actor), pk=job_id)
    try:
        confirm_job(job.pk, actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
    return pages.follow_job(request, job)


@staff_page(None)
def download(request: StaffRequest, job_id: int) -> HttpResponse:
    """The rows as a sheet with what became of each; `?rows=failed` for those alone."""
    job = get_object_or_404(list_jobs(request.actor), pk=job_id)
    kind = KINDS.get(job.kind)
    if not isinstance(kind, SheetKind):
        raise Http404
    only_failed = request.GET.get("rows") == "failed"
    name = f"{Path(job.file_name).stem[:60]}-{_('failed rows') if only_failed else _('result')}"
    return send_file(request, name, lambda path: write_sheet(path, kind, job, only_failed=only_failed))
