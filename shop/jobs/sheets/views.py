"""The steps of an import that every kind of sheet has: choose a file, confirm, download."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from shop.errors import Refused
from shop.jobs import pages
from shop.jobs.registry import KINDS
from shop.jobs.selectors import list_jobs
from shop.jobs.services import confirm_job
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.output import write_sheet
from shop.jobs.sheets.services import upload_sheet
from shop.sheets.reading import MAX_BYTES
from shop.sheets.sending import send_file
from shop.staff.decorators import StaffRequest, staff_page


def take_upload(request: StaffRequest, kind: SheetKind) -> HttpResponse:
    """Choose a file; POST makes a job of it, whose page shows what it would do."""
    if request.method != "POST":
        return _show_upload(request, kind)
    file = request.FILES.get("sheet")
    if file is None:
        return _show_upload(request, kind, _("Choose a file first."))
    content, key = file.read(MAX_BYTES + 1), pages.read_key(request)
    try:
        job = upload_sheet(kind, file.name or "", content, actor=request.actor, key=key)
    except Refused as refused:
        return _show_upload(request, kind, refused.message)
    return pages.follow_job(request, job)


def _show_upload(request: StaffRequest, kind: SheetKind, error: Any = "") -> HttpResponse:
    context = {"kind": kind, "error": error, "key": pages.make_key()}
    return render(
        request,
        "jobs/upload.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


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
