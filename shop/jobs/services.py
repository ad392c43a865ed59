"""Making and cancelling jobs."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import has_capability, require
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import record_event
from shop.jobs.models import Job, JobRow, JobState, RowState
from shop.jobs.registry import KINDS, JobKind, Subject
from shop.jobs.selectors import SEES_ALL, get_person_id

LIMIT = 100_000
BATCH = 1000
# The event's delivery enqueues at once; the timer is for when that task is lost.
RESUME_AFTER = timedelta(seconds=30)
ALREADY_OVER = _("The job is already over.")


def make_job(
    name: str,
    *,
    actor: Actor,
    key: str,
    subjects: Iterable[Subject] = (),
    parameters: dict[str, Any] | None = None,
) -> Job:
    """Make a job over `subjects`, or over what `parameters` describe, which the worker then collects.

    The same `key` of the same person gives the same job. Raises Refused `forbidden`, `too_many` and
    `nothing_chosen`.
    """
    kind = KINDS[name]
    require(actor, kind.capability)
    if found := _find(actor, key):
        return found
    try:
        with transaction.atomic():
            job = _write_job(kind, actor, key, parameters)
            if parameters is None:
                _write_subjects(job, subjects)
            record_event(job, "job.make", actor, after=job.state, data={"kind": name, "total": job.total})
    except IntegrityError:
        if found := _find(actor, key):
            return found
        raise
    return job


def _find(actor: Actor, key: str) -> Job | None:
    return Job.objects.filter(made_by_id=get_person_id(actor), client_key=key).first()


def _write_job(kind: JobKind, actor: Actor, key: str, parameters: dict[str, Any] | None) -> Job:
    moment = clock.now()
    return Job.objects.create(
        kind=kind.name,
        client_key=key,
        made_by_id=get_person_id(actor),
        made_by_name=actor.name[:80],
        language=get_language() or "zh-hans",
        state=JobState.RUNNING if parameters is None else JobState.COLLECTING,
        sealed_parameters="" if parameters is None else json.dumps(parameters),
        version=1,
        created_at=moment,
        lease_until=moment,
        resume_at=moment + RESUME_AFTER,
    )


def _write_subjects(job: Job, subjects: Iterable[Subject]) -> None:
    for batch in _split(subjects):
        if job.total + len(batch) > LIMIT:
            message = _("At most %(limit)s at once. Narrow the choice.") % {"limit": f"{LIMIT:,}"}
            raise Refused("too_many", message, 400)
        write_rows(job, batch, after=job.total)
        job.total += len(batch)
    if not job.total:
        raise Refused("nothing_chosen", _("Choose something first."), 400)
    Job.objects.filter(pk=job.pk).update(total=job.total)


def _split(subjects: Iterable[Subject]) -> Iterator[list[Subject]]:
    rest = iter(subjects)
    while batch := list(islice(rest, BATCH)):
        yield batch


def write_rows(job: Job, subjects: Iterable[Subject], *, after: int) -> None:
    """Append rows; positions go on after `after`."""
    JobRow.objects.bulk_create(
        JobRow(job=job, position=position, subject_id=subject.id, ref=subject.ref)
        for position, subject in enumerate(subjects, start=after + 1)
    )


def repeat_failed(job: Job, *, actor: Actor, key: str) -> Job:
    """A new job over the rows that failed. Raises Refused as `make_job` does."""
    failed = job.rows.filter(state=RowState.FAILED).order_by("position")
    rows = failed.values_list("subject_id", "ref").iterator(BATCH)
    return make_job(job.kind, actor=actor, key=key, subjects=(Subject(pk, ref) for pk, ref in rows))


def cancel_job(job_id: int, *, actor: Actor) -> Job:
    """Do no more rows; what is done stays done. Raises Refused `not_found` and `already_over`."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=job_id).first()
        if job is None or not (job.made_by_id == actor.id or has_capability(actor, SEES_ALL)):
            raise Refused("not_found", _("There is no such job."), 404)
        if not job.is_open:
            raise Refused("already_over", ALREADY_OVER)
        end_job(job, JobState.CANCELLED, actor=actor)
    return job


def end_job(job: Job, state: JobState, *, actor: Actor, reason: str = "") -> None:
    """Write the end of a locked job, and its event; what was typed to choose its subjects is forgotten."""
    before, job.state, job.stop_reason = job.state, state, reason[:200]
    job.finished_at, job.lease, job.lease_until = clock.now(), "", clock.now()
    job.sealed_parameters = ""
    job.save_raised("state", "stop_reason", "finished_at", "lease", "lease_until", "sealed_parameters")
    data = {"total": job.total, "done": job.done, "failed": job.failed}
    record_event(job, f"job.{_ENDS[state]}", actor, before=before, after=state, data=data)


_ENDS = {JobState.DONE: "finish", JobState.CANCELLED: "cancel", JobState.STOPPED: "stop"}


def mark_told(job_ids: Iterable[int], *, actor: Actor) -> list[Job]:
    """The person hears how these jobs ended; returns those that had not been told yet."""
    ended = Job.objects.filter(
        pk__in=list(job_ids), made_by_id=get_person_id(actor), finished_at__isnull=False
    )
    return [job for job in ended if Job.objects.filter(pk=job.pk, is_told=False).update(is_told=True)]
