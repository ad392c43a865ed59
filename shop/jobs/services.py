"""Making and cancelling jobs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import require
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.jobs.models import AT_WORK, Job, JobFile, JobRow, JobState, RowContent, RowState
from shop.jobs.moves import JOBS
from shop.jobs.registry import KINDS, LIMIT, JobKind, Subject, make_rows
from shop.jobs.selectors import get_person_id
from shop.moves.services import begin, lock_row, move

T = TypeVar("T")
BATCH = 1000
# The event's delivery enqueues at once; the timer is for when that task is lost.
RESUME_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=7)
"""How long a checked sheet waits to be confirmed, and how long after its end the contents of its rows are kept."""

ALREADY_OVER = _("The job is already over.")
NOT_KEPT = _("The rows of this sheet are no longer kept. Upload it again.")


@dataclass(frozen=True)
class SheetFile:
    """A file as it was sent; without content it is the one of a former job."""

    name: str
    content: bytes = b""


def make_job(
    name: str,
    *,
    actor: Actor,
    key: str,
    subjects: Iterable[Subject] = (),
    parameters: dict[str, Any] | None = None,
    typed: dict[str, Any] | None = None,
    file: SheetFile | None = None,
) -> Job:
    """Make a job over `subjects`, or over what `parameters` or a sheet describe, which the worker then gathers.

    `typed` is given to each row. The same `key` of the same person gives the same job. Raises Refused `forbidden`,
    `too_many_rows` and `nothing_chosen`.
    """
    kind = KINDS[name]
    require(actor, kind.capability)
    if found := _find(actor, key):
        return found
    try:
        with transaction.atomic():
            job = _write_job(kind, actor, key, parameters, typed, file)
            if parameters is None:
                _write_subjects(job, subjects)
            data = {"kind": name, "total": job.total}
            begin(job, "job.make", actor=actor, state=job.state, data=data, save=None)
    except IntegrityError:
        if found := _find(actor, key):
            return found
        raise
    return job


def _find(actor: Actor, key: str) -> Job | None:
    return Job.objects.filter(made_by_id=get_person_id(actor), client_key=key).first()


def _write_job(
    kind: JobKind,
    actor: Actor,
    key: str,
    parameters: dict[str, Any] | None,
    typed: dict[str, Any] | None,
    file: SheetFile | None,
) -> Job:
    moment = clock.now()
    job = Job.objects.create(
        kind=kind.name,
        client_key=key,
        made_by_id=get_person_id(actor),
        made_by_name=actor.name[:80],
        language=get_language() or "zh-hans",
        state=JobState.RUNNING if parameters is None else JobState.COLLECTING,
        sealed_parameters="" if parameters is None else json.dumps(parameters),
        sealed_typed=json.dumps(typed) if typed else "",
        version=1,
        created_at=moment,
        lease_until=moment,
        resume_at=moment + RESUME_AFTER,
        file_name=file.name.replace("\0", "")[-120:] if file else "",
    )
    if file and file.content:
        JobFile.objects.create(job=job, content=file.content)
    return job


def _write_subjects(job: Job, subjects: Iterable[Subject]) -> None:
    for batch in split(subjects):
        if job.total + len(batch) > LIMIT:
            message = _("At most %(limit)s at once. Narrow the choice.") % {"limit": f"{LIMIT:,}"}
            raise Refused("too_many_rows", message, 400)
        JobRow.objects.bulk_create(make_rows(job, batch, after=job.total))
        job.total += len(batch)
    if not job.total:
        raise Refused("nothing_chosen", _("Choose something first."), 400)
    Job.objects.filter(pk=job.pk).update(total=job.total)


def split(items: Iterable[T]) -> Iterator[list[T]]:
    """Lists of at most BATCH items."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def repeat_failed(job: Job, *, actor: Actor, key: str) -> Job:
    """A new job over the rows that failed, with what was typed; those of a sheet are checked again first, as they were.

    Raises Refused as `make_job` does, and `not_kept` where the rows of a sheet are gone.
    """
    failed = job.rows.filter(state=RowState.FAILED).order_by("position")
    if KINDS[job.kind].is_sheet:
        if not failed.filter(content__isnull=False).exists():
            raise Refused("not_kept", NOT_KEPT)
        former = SheetFile(job.file_name)
        of = {"rows_of": job.pk}
        return make_job(job.kind, actor=actor, key=key, parameters=of, typed=job.typed, file=former)
    rows = failed.values_list("subject_id", "ref").iterator(BATCH)
    subjects = (Subject(pk, ref) for pk, ref in rows)
    return make_job(job.kind, actor=actor, key=key, subjects=subjects, typed=job.typed)


def cancel_job(job_id: int, *, actor: Actor) -> Job:
    """Do no more rows; what is done stays done. Raises Refused `not_found` and `already_over`."""
    with transaction.atomic():
        job = lock_row(Job, job_id, actor=actor)
        if not job.is_open:
            raise Refused("already_over", ALREADY_OVER)
        end_job(job, JobState.CANCELLED, actor=actor)
    return job


def end_job(job: Job, state: JobState, *, actor: Actor, reason: str = "") -> None:
    """Write the end of a locked job, and its event; what was typed or sent to choose its subjects is forgotten."""
    moment = clock.now()
    changes = {
        "stop_reason": reason[:200],
        "finished_at": moment,
        "lease": "",
        "lease_until": moment,
        "sealed_parameters": "",
        "forget_at": moment + KEPT_FOR if job.file_name else None,
    }
    JobFile.objects.filter(job=job).delete()
    data = {"total": job.total, "done": job.done, "failed": job.failed}
    move(job, f"job.{_ENDS[state]}", actor=actor, changes=changes, data=data)


def rest_until_confirmed(job: Job) -> None:
    """Write that a locked job, made of a sheet, waits for its maker to look at it, and its event."""
    moment = clock.now()
    changes = {"lease": "", "lease_until": moment, "forget_at": moment + KEPT_FOR}
    JobFile.objects.filter(job=job).delete()
    move(job, "job.check", actor=SYSTEM, changes=changes, data={"total": job.total})


def confirm_job(job_id: int, *, actor: Actor) -> Job:
    """Have done what the maker of a checked sheet has seen.

    Raises Refused `forbidden`, `not_found` (somebody else's), `already_done`, `not_checked` or `already_over`.
    """
    with transaction.atomic():
        job = lock_row(Job, job_id, actor=actor)
        if job.made_by_id != actor.id:
            raise Refused("not_found", JOBS.missing, 404)
        require(actor, KINDS[job.kind].capability)
        if job.state != JobState.CHECKED:
            raise _cannot_confirm(job)
        changes = {"forget_at": None, "resume_at": clock.now() + RESUME_AFTER, "is_told": False}
        move(job, "job.confirm", actor=actor, changes=changes, data={"left": job.left})
    return job


def _cannot_confirm(job: Job) -> Refused:
    if job.state == JobState.COLLECTING:
        return Refused("not_checked", _("The sheet is still being checked."))
    if job.state == JobState.RUNNING or job.state == JobState.DONE:
        return Refused("already_done", _("This has been confirmed already."))
    return Refused("already_over", ALREADY_OVER)


def forget_sheet(job_id: int) -> None:
    """Give up a sheet that nobody confirmed in time, or delete the contents of one that ended a week ago."""
    with transaction.atomic():
        due = Job.objects.select_for_update(no_key=True).filter(pk=job_id, forget_at__lte=clock.now())
        job = due.first()
        if job is None:
            return
        if job.state == JobState.CHECKED:
            with override(job.language):
                reason = gettext("Nobody confirmed the sheet within a week.")
            end_job(job, JobState.CANCELLED, actor=SYSTEM, reason=reason)
            return
        RowContent.objects.filter(row__job=job).delete()
        JobFile.objects.filter(job=job).delete()
        Job.objects.filter(pk=job.pk).update(forget_at=None)


_ENDS = {JobState.DONE: "finish", JobState.CANCELLED: "cancel", JobState.STOPPED: "stop"}


def mark_told(job_ids: Iterable[int], *, actor: Actor) -> list[Job]:
    """The person hears how these jobs ended, or that they wait; returns those that had not been told yet."""
    own = Job.objects.filter(pk__in=list(job_ids), made_by_id=get_person_id(actor))
    ended = own.exclude(state__in=AT_WORK)
    return [job for job in ended if Job.objects.filter(pk=job.pk, is_told=False).update(is_told=True)]
