"""Pages of jobs: one's own; the owner sees all."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability
from shop.http.api.fields import read_id
from shop.http.dialogs import Dialog, show_dialog, show_obstacle
from shop.http.paging import read_page
from shop.jobs import pages
from shop.jobs.models import Job, JobRow, JobState, RowState
from shop.jobs.registry import KINDS, BulkKind, JobKind
from shop.jobs.selectors import list_jobs, list_rows, list_untold
from shop.jobs.services import ALREADY_OVER, cancel_job, mark_told, repeat_failed
from shop.jobs.sheets.kinds import SheetKind
from shop.jobs.sheets.pages import make_sheet_context
from shop.staff.decorators import StaffRequest, staff_page

ROWS_ON_A_PAGE = 50


@dataclass(frozen=True)
class RowView:
    row: JobRow
    url: str


@staff_page(None)
def job_list(request: StaffRequest) -> HttpResponse:
    """The newest jobs first."""
    page = read_page(list_jobs(request.actor), request)
    rows = [(job, pages.get_label(job)) for job in page.rows]
    return render(request, "jobs/list.html", {"page": page, "rows": rows})


@staff_page(None)
def job_page(request: StaffRequest, job_id: int) -> HttpResponse:
    """Progress and a verdict per row; htmx asks for the progress alone."""
    job = _get_job(request, job_id)
    if request.htmx and not request.htmx.history_restore_request:
        return _answer_progress(request, job)
    return _show_job(request, job)


def _show_job(request: StaffRequest, job: Job, *, dialog: Dialog | None = None) -> HttpResponse:
    kind = KINDS.get(job.kind)
    context = {**_progress(job, request), **_rows(job, kind, request), "dialog": dialog}
    return render(request, "jobs/job.html", context)


@staff_page(None)
def job_rows(request: StaffRequest, job_id: int) -> HttpResponse:
    """The rows alone, for a page on which they go on changing; 204 while they are as the page shows them (`was`)."""
    job = _get_job(request, job_id)
    context = _rows(job, KINDS.get(job.kind), request)
    if "mark" in context and request.GET.get("was") == context["mark"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, context["template"], context | {"job": job})


@staff_page(None, methods=("GET", "POST"))
def cancel(request: StaffRequest, job_id: int) -> HttpResponse:
    """Ask whether to end a job early, and end it."""
    job = _get_job(request, job_id)
    if request.method != "POST":
        return _ask_to_cancel(request, job)
    cancel_job(job.pk, actor=request.actor)
    return redirect("jobs:job", job_id=job_id)


def _ask_to_cancel(request: StaffRequest, job: Job) -> HttpResponse:
    if not job.is_open:
        return show_obstacle(request, ALREADY_OVER, lambda: _show_job(request, job))
    dialog = Dialog(
        template="jobs/_cancel.html",
        name="cancel-job",
        title=_("Cancel the rest of the job?"),
        url=reverse("jobs:cancel", args=[job.pk]),
    )
    return show_dialog(request, dialog, lambda dialog: _show_job(request, job, dialog=dialog))


@staff_page(None, methods=("POST",))
def repeat(request: StaffRequest, job_id: int) -> HttpResponse:
    """A new job over the rows that failed."""
    job = repeat_failed(_get_job(request, job_id), actor=request.actor, key=pages.read_key(request))
    return pages.follow_job(request, job)


@staff_page(None)
def watch(request: StaffRequest) -> HttpResponse:
    """How one's own jobs go on: the part of the top bar."""
    return HttpResponse(_watched(list_untold(request.actor)))


@staff_page(None, methods=("POST",))
def tell(request: StaffRequest) -> HttpResponse:
    """Say once how jobs ended, and show what still runs."""
    ids = [pk for text in request.POST.getlist("job")[:ROWS_ON_A_PAGE] if (pk := read_id(text)) > 0]
    ended = mark_told(ids, actor=request.actor)
    left = list_untold(request.actor)
    if not left:
        pages.stop_watching(request)
    response = HttpResponse(_watched(left))
    if ended:
        response["HX-Trigger"] = pages.make_toast(ended)
    return response


def _watched(jobs: list[Job]) -> str:
    return render_to_string("jobs/_watch.html", {"watched": pages.Watched(jobs)})


def _get_job(request: StaffRequest, job_id: int) -> Job:
    return get_object_or_404(list_jobs(request.actor), pk=job_id)


def _answer_progress(request: StaffRequest, job: Job) -> HttpResponse:
    response = HttpResponse(render_to_string("jobs/_progress.html", _progress(job, request)))
    if job.state != request.GET.get("was", job.state):
        response["HX-Refresh"] = "true"  # There are rows below now, or their verdicts are complete.
    return response


def _progress(job: Job, request: StaffRequest) -> dict[str, Any]:
    kind = KINDS.get(job.kind)
    may_repeat = kind is not None and has_capability(request.actor, kind.capability)
    return {
        "job": job,
        "label": pages.get_label(job),
        "icon_name": kind.icon_name if kind else "hourglass",
        "is_sheet": kind is not None and kind.is_sheet,
        "may_repeat": may_repeat and job.failed and not job.is_open,
        "may_repair": may_repeat and job.failed and not job.is_at_work and isinstance(kind, SheetKind),
        "may_confirm": job.state == JobState.CHECKED and job.made_by_id == request.actor.id,
        "key": pages.make_key(),
    }


def _rows(job: Job, kind: JobKind | None, request: StaffRequest) -> dict[str, Any]:
    if isinstance(kind, SheetKind):
        return make_sheet_context(job, kind, request) | {"template": "jobs/_sheet_rows.html"}
    return _verdicts(job, kind, request)


def _verdicts(job: Job, kind: JobKind | None, request: StaffRequest) -> dict[str, Any]:
    """One page of verdicts in the job's own order, from `?after=` a position on."""
    state = request.GET.get("state", "")
    if state and state not in RowState.values:
        raise Http404
    after = max(read_id(request.GET.get("after", "")), 0)
    found = list_rows(job, state=state).filter(position__gt=after).order_by("position")
    rows = list(found[: ROWS_ON_A_PAGE + 1])
    shown, has_more = rows[:ROWS_ON_A_PAGE], len(rows) > ROWS_ON_A_PAGE
    outcome = kind.outcome if isinstance(kind, BulkKind) else None
    more = outcome.read(job, shown, request.actor) if outcome else {}
    return more | {
        "template": outcome.template if outcome else "jobs/_verdicts.html",
        "rows": [RowView(row, kind.make_url(row) if kind else "") for row in shown],
        "tabs": [
            pages.make_tab(job, "state", "", _("All"), job.total, state),
            pages.make_tab(job, "state", RowState.FAILED, _("Failed"), job.failed, state),
        ],
        "state": state,
        "after": after,
        "is_first": not after,
        "next_after": shown[-1].position if has_more else 0,
    }
