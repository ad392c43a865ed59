"""Working on a job: under a lease, row by row, each row's effect and verdict in one transaction.

Whoever is killed loses at most the row in hand, which is rolled back with its verdict: another worker goes on
at the first row without one. Who lost the lease meanwhile finds out before the commit and rolls back.
"""

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from shop import clock
from shop.access import has_capability
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.jobs.models import OPEN_STATES, Job, JobRow, JobState, RowState
from shop.jobs.registry import KINDS, JobKind
from shop.jobs.services import LIMIT, RESUME_AFTER, end_job, write_rows
from shop.live import hint_changed
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor

logger = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(seconds=30)
# A long job gives the worker back in between: payments and refunds must not wait for it.
SLICE_S = 10.0


class LeaseLost(Exception):
    """The job was ended, or another worker has it."""


class Stopped(Exception):
    """The person who made the job may no longer do this."""


@dataclass(frozen=True)
class Verdict:
    state: RowState
    code: str = ""
    words: str = ""


DONE = Verdict(RowState.DONE)


@dataclass(frozen=True)
class Holder:
    """A worker that holds the lease of a job."""

    job: Job
    kind: JobKind
    token: str

    def hold(self, **changes: Any) -> None:
        """Renew the lease and write `changes` to the job's progress. Raises LeaseLost."""
        held = Job.objects.filter(pk=self.job.pk, lease=self.token, state__in=OPEN_STATES)
        if not held.update(lease_until=clock.now() + LEASE, **changes):
            raise LeaseLost
        hint_changed(Job.subject_kind, self.job.pk)


def run_slice(job_id: int) -> bool:
    """Work on the job for a while, if nobody else does; returns whether there is more to do."""
    holder = take_lease(job_id)
    if holder is None:
        return False
    end = time.monotonic() + SLICE_S
    try:
        with override(holder.job.language):
            while _step(holder):
                if time.monotonic() > end:
                    release(holder)
                    return True
    except LeaseLost:
        logger.info("job %s goes on elsewhere or was ended", job_id)
    except Stopped as stopped:
        _end(holder, JobState.STOPPED, reason=str(stopped))
    return False


def take_lease(job_id: int) -> Holder | None:
    """The right to work on an open job on which nobody works, or None."""
    now, token = clock.now(), secrets.token_hex(16)
    free = Job.objects.filter(pk=job_id, state__in=OPEN_STATES, lease_until__lte=now)
    started_at = Coalesce("started_at", Value(now))
    if not free.update(lease=token, lease_until=now + LEASE, started_at=started_at):
        return None
    job = Job.objects.get(pk=job_id)
    return Holder(job, KINDS[job.kind], token)


def release(holder: Holder) -> None:
    """Let others go on at once."""
    now = clock.now()
    held = Job.objects.filter(pk=holder.job.pk, lease=holder.token)
    held.update(lease="", lease_until=now, resume_at=now + RESUME_AFTER)


def _step(holder: Holder) -> bool:
    """One small batch of the work; returns whether there may be more."""
    with _leaving_room():
        if holder.job.state == JobState.COLLECTING:
            _collect(holder)
            return True
        rows = list(holder.job.rows.filter(state=RowState.WAITING).order_by("position")[:BATCH])
        for row in rows:
            _do_row(holder, row)
    if not rows:
        _end(holder, JobState.DONE)
    return bool(rows)


@contextmanager
def _leaving_room() -> Iterator[None]:
    """SQLite has one writer at a time: rest as long as the work took, so that others get their turn."""
    started_at = time.monotonic()
    yield
    if connection.vendor == "sqlite":
        time.sleep(time.monotonic() - started_at)


def _collect(holder: Holder) -> None:
    """Find and keep the next subjects; the job's cursor moves in the same transaction as its rows."""
    job, collect = holder.job, holder.kind.collect
    if collect is None:
        raise RuntimeError(f"jobs of the kind {job.kind} are made from lists")
    batch = collect(job.parameters, job.cursor)
    subjects = batch.subjects[: LIMIT - job.total]
    is_last = not batch.cursor or job.total + len(subjects) >= LIMIT
    state = JobState.RUNNING if is_last else JobState.COLLECTING
    with transaction.atomic():
        holder.hold(cursor=batch.cursor, total=F("total") + len(subjects), state=state)
        write_rows(job, subjects, after=job.total)
    job.cursor, job.total, job.state = batch.cursor, job.total + len(subjects), state


def _do_row(holder: Holder, row: JobRow) -> None:
    try:
        with transaction.atomic():
            verdict = _try_row(holder.kind, row, _load_actor(holder))
            _write_verdict(holder, row, verdict)
    except IntegrityError:
        # A deferred constraint fails at COMMIT, outside every savepoint: the verdict is then written alone.
        logger.exception("row %s of job %s failed at commit", row.position, row.job_id)
        with transaction.atomic():
            _write_verdict(holder, row, _broken())


def _load_actor(holder: Holder) -> Actor:
    """The maker as they are now: whoever was dismissed or given another role does nothing more."""
    user = StaffUser.objects.filter(pk=holder.job.made_by_id).first()
    if user is None or not user.is_active:
        raise Stopped(_("The person who made this job no longer works here."))
    actor = staff_actor(user)
    if not has_capability(actor, holder.kind.capability):
        raise Stopped(_("The role of the person who made this job no longer allows it."))
    return actor


def _try_row(kind: JobKind, row: JobRow, actor: Actor) -> Verdict:
    try:
        with transaction.atomic():
            kind.run_row(row.subject_id, actor)
    except Refused as refused:
        return Verdict(RowState.FAILED, refused.code, str(refused))
    except OperationalError:
        raise  # The database is away or chose us as a deadlock's victim: the row is tried again, not judged.
    except Exception:  # whatever one row's verb raises, the other rows go on
        logger.exception("row %s of job %s failed", row.position, row.job_id)
        return _broken()
    return DONE


def _broken() -> Verdict:
    words = _("Something went wrong on our side. It has been noted.")
    return Verdict(RowState.FAILED, "server_error", str(words))


def _write_verdict(holder: Holder, row: JobRow, verdict: Verdict) -> None:
    """Write what became of a row, together with its effect. Raises LeaseLost when it is no longer ours to do.

    Both come after the verb: the order row is locked first, everywhere.
    """
    waiting = JobRow.objects.filter(pk=row.pk, state=RowState.WAITING)
    if not waiting.update(state=verdict.state, code=verdict.code, words=verdict.words[:300]):
        raise LeaseLost
    counter = "done" if verdict.state == RowState.DONE else "failed"
    holder.hold(**{counter: F(counter) + 1})


def _end(holder: Holder, state: JobState, *, reason: str = "") -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).get(pk=holder.job.pk)
        if job.lease == holder.token and job.is_open:
            end_job(job, state, actor=SYSTEM, reason=reason)
