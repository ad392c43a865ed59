"""Reading jobs."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from shop.access import has_capability
from shop.actor import Actor
from shop.jobs.models import AT_WORK, Job, JobRow
from shop.jobs.registry import KINDS

SEES_ALL = "settings.edit"
"""Held by the owner alone, who sees everybody's jobs."""


def get_person_id(actor: Actor) -> int:
    """Jobs belong to people. Raises ValueError for the system and the gateway."""
    if actor.id is None:
        raise ValueError("a job belongs to a person")
    return actor.id


def list_jobs(actor: Actor) -> QuerySet[Job]:
    """The jobs this person may see: their own; the owner sees all."""
    jobs = Job.objects.all()
    return jobs if has_capability(actor, SEES_ALL) else jobs.filter(made_by_id=get_person_id(actor))


def list_uploads(kind: str) -> QuerySet[Job]:
    """The sheets of one kind that anybody uploaded: what each was called, who sent it, how it ended."""
    return Job.objects.filter(kind=kind).exclude(file_name="")


def sees_job(job: Job, actor: Actor) -> bool:
    """Whether the page of a job is this person's to see, as `list_jobs` says it."""
    return job.made_by_id == actor.id or has_capability(actor, SEES_ALL)


def may_make_jobs(actor: Actor) -> bool:
    """Whether somebody may make a job of any kind."""
    return any(has_capability(actor, kind.capability) for kind in KINDS.values())


def list_untold(actor: Actor) -> list[Job]:
    """The person's own jobs that run, rest or ended without being told of; oldest first, one query."""
    # Among the newest only: a page must not read through the jobs of years.
    newest = Job.objects.filter(made_by_id=get_person_id(actor)).order_by("-pk").values("pk")[:50]
    own = Job.objects.filter(pk__in=newest)
    return list(own.filter(Q(state__in=AT_WORK) | Q(is_told=False)).order_by("pk"))


def list_rows(job: Job, *, state: str = "") -> QuerySet[JobRow]:
    rows = job.rows.all()
    return rows.filter(state=state) if state else rows


def list_due_to_resume(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Open jobs on which nobody works, because their task was lost or their worker died."""
    idle = Job.objects.filter(state__in=AT_WORK, lease_until__lte=now, resume_at__lte=now)
    return list(idle.exclude(pk__in=skip).order_by("resume_at").values_list("pk", flat=True)[:limit])


def list_due_to_forget(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Jobs made of sheets that nobody confirmed in time, or whose rows have been kept for long enough."""
    due = Job.objects.filter(forget_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("forget_at").values_list("pk", flat=True)[:limit])
