"""What other rooms' pages need of jobs."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.actor import Actor
from shop.http.query import make_url
from shop.jobs.models import Job, JobState
from shop.jobs.registry import KINDS
from shop.jobs.selectors import list_untold

_WATCHES = "watches_jobs"
_LONGEST_KEY = 80


@dataclass(frozen=True)
class Watched:
    """A person's own jobs that run, or of whom it was not yet told that they rest or ended."""

    jobs: list[Job] = field(default_factory=list)

    @property
    def ended(self) -> list[Job]:
        return [job for job in self.jobs if not job.is_at_work]


def make_key() -> str:
    """What a form carries so that pressing it twice makes one job."""
    return secrets.token_hex(16)


def read_key(request: HttpRequest) -> str:
    return request.POST.get("key", "").replace("\0", "")[:_LONGEST_KEY] or make_key()


def follow_job(request: HttpRequest, job: Job) -> HttpResponse:
    """Go to the job's page; from now on every page of this session shows how it goes on."""
    request.session[_WATCHES] = True
    return redirect("jobs:job", job_id=job.pk)


def get_watched(request: HttpRequest, actor: Actor) -> Watched:
    """What the top bar of every page shows; no query in sessions that made no job."""
    return Watched(list_untold(actor)) if request.session.get(_WATCHES) else Watched()


def stop_watching(request: HttpRequest) -> None:
    request.session.pop(_WATCHES, None)


def make_tab(job: Job, query: str, name: str, label: Any, count: int, chosen: str) -> dict[str, Any]:
    """One of the tabs over a job's rows; `name`, "" for all, is what its address says in `query`."""
    url = make_url(reverse("jobs:job", args=[job.pk]), {query: name})
    return {"label": label, "url": url, "count": count, "is_active": name == chosen}


def get_label(job: Job) -> str:
    """What the job does, in words."""
    kind = KINDS.get(job.kind)
    return str(kind.label) if kind else job.kind


def make_toast(ended: list[Job]) -> str:
    """The header by which htmx shows how jobs ended, in one toast."""
    words = " ".join(describe_end(job) for job in ended)
    is_well = all(job.state in (JobState.DONE, JobState.CHECKED) and not job.failed for job in ended)
    detail: dict[str, Any] = {"message": words, "tone": "success" if is_well else "warning"}
    return json.dumps({"toast": detail})


def describe_end(job: Job) -> str:
    """One sentence on how the job ended, or on what it waits for."""
    if job.state == JobState.CHECKED:
        return _("%(label)s: the sheet is checked. Look at it and confirm.") % {"label": get_label(job)}
    kind = KINDS.get(job.kind)
    done = kind.count_done(job) if kind else job.done
    names = {"label": get_label(job), "done": done, "failed": job.failed, "left": job.left}
    if job.state != JobState.DONE:
        return _("%(label)s: ended early, %(done)s done, %(failed)s failed, %(left)s left out.") % names
    if job.failed:
        return _("%(label)s: %(done)s done, %(failed)s failed.") % names
    return ngettext("%(label)s: %(done)s done.", "%(label)s: all %(done)s done.", done) % names
