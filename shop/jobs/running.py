"""Working on a job: under a lease, row by row, each row's effect and verdict in one transaction.

Whoever is killed loses at most the row in hand, which is rolled back with its verdict: another worker goes on
at the first row without one. Who lost the lease meanwhile finds out before the commit and rolls back.
"""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import BigIntegerField, CharField, DateTimeField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from shop import clock
from shop.access import has_capability
from shop.actor import SYSTEM, Actor
from shop.database.kept import KeptQuery, KeptUpdate, Param
from shop.database.prepared import prepared
from shop.errors import Refused
from shop.jobs.models import AT_WORK, Job, JobRow, JobState, RowContent, RowState
from shop.jobs.registry import KINDS, JobKind, Part
from shop.jobs.services import RESUME_AFTER, end_job, rest_until_confirmed
from shop.jobs.sheets.checking import Fate
from shop.live import hint_changed
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.words import in_each_language

logger = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(seconds=30)
# A long job gives the worker back in between: payments and refunds must not wait for it.
SLICE_S = 10.0


class LeaseLost(Exception):
    """The job was ended, or another worker has it."""


class Stopped(Exception):
    """Nothing more can be done: the person who made the job may no longer do this, or there is nothing to read."""


@dataclass(frozen=True)
class Verdict:
    """What became of rows that belong together; `said` is the reason by language."""

    state: RowState
    code: str = ""
    said: dict[str, str] | None = None


DONE = Verdict(RowState.DONE)


_PK = BigIntegerField()
# What is asked and written of every row of every job.
_MAKER = KeptQuery(lambda: StaffUser.objects.filter(pk=Param("pk", _PK)))
_WRITE_VERDICT = KeptUpdate(
    lambda: (
        JobRow.objects.filter(pk=Param("pk", _PK), state=RowState.WAITING),
        {name: Param(name, JobRow._meta.get_field(name)) for name in ("state", "code", "said", "fate")},
    )
)
_COUNT = KeptUpdate(
    lambda: (
        Job.objects.filter(pk=Param("pk", _PK), lease=Param("lease", CharField()), state__in=AT_WORK),
        {"lease_until": Param("until", DateTimeField())}
        | {name: F(name) + Param(name, IntegerField()) for name in ("done", "failed")},
    )
)


@dataclass(frozen=True)
class Holder:
    """A worker that holds the lease of a job."""

    job: Job
    kind: JobKind
    token: str

    def hold(self, **changes: Any) -> None:
        """Renew the lease and write `changes` to the job's progress. Raises LeaseLost."""
        held = Job.objects.filter(pk=self.job.pk, lease=self.token, state__in=AT_WORK)
        self._tell(held.update(lease_until=clock.now() + LEASE, **changes))

    def count(self, *, done: int, failed: int) -> None:
        """Renew the lease and add so many rows to the job's progress. Raises LeaseLost."""
        until = clock.now() + LEASE
        self._tell(_COUNT.run(pk=self.job.pk, lease=self.token, until=until, done=done, failed=failed))

    def _tell(self, held: int) -> None:
        if not held:
            raise LeaseLost
        hint_changed(Job.subject_kind, self.job.pk)


def run_slice(job_id: int, *, after: str | None = None) -> bool:
    """Work on the job for a while, if nobody else does; returns whether there is more to do.

    `after` is the last lease as it was when the work was ordered: nothing is done when there was one since.
    """
    holder = take_lease(job_id, after=after)
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


def take_lease(job_id: int, *, after: str | None = None) -> Holder | None:
    """The right to work on an open job on which nobody works, or None; `after` as in `run_slice`."""
    now, token = clock.now(), secrets.token_hex(16)
    free = Job.objects.filter(pk=job_id, state__in=AT_WORK, lease_until__lte=now)
    if after is not None:
        free = free.filter(lease=after)
    started_at = Coalesce("started_at", Value(now))
    if not free.update(lease=token, lease_until=now + LEASE, started_at=started_at):
        return None
    job = Job.objects.get(pk=job_id)
    return Holder(job, KINDS[job.kind], token)


def release(holder: Holder) -> None:
    """Let others go on at once."""
    now = clock.now()
    held = Job.objects.filter(pk=holder.job.pk, lease=holder.token)
    held.update(lease_until=now, resume_at=now + RESUME_AFTER)


def _step(holder: Holder) -> bool:
    """One small batch of the work; returns whether there may be more."""
    with _leaving_room():
        if holder.job.state == JobState.COLLECTING:
            return _gather(holder)
        rows = list(_list_waiting(holder.job)[:BATCH])
        units = _list_units(rows)
        found = holder.kind.prepare(units, _load_actor(holder)) if units else {}
        for unit in units:
            _do_unit(holder, unit, found.get(unit[0].position))
    if not rows:
        _end(holder, JobState.DONE)
    return bool(rows)


def _list_waiting(job: Job) -> "QuerySet[JobRow]":
    return job.rows.filter(state=RowState.WAITING).order_by("position")


def _list_units(rows: Sequence[JobRow]) -> list[list[JobRow]]:
    """Those that are done together; rows of a unit may stand far from each other in a sheet."""
    named = {row.unit for row in rows if row.unit is not None}
    if not named:
        return [[row] for row in rows]
    units: dict[int | None, list[JobRow]] = defaultdict(list)
    for row in _list_waiting(rows[0].job).filter(unit__in=named):
        units[row.unit].append(row)
    return list(units.values())


@contextmanager
def _leaving_room() -> Iterator[None]:
    """SQLite has one writer at a time: rest as long as the work took, so that others get their turn."""
    started_at = time.monotonic()
    yield
    if connection.vendor == "sqlite":
        time.sleep(time.monotonic() - started_at)


def _gather(holder: Holder) -> bool:
    """Find and keep the next rows; returns whether there may be more to do at once."""
    job, kind = holder.job, holder.kind
    actor = _load_actor(holder)
    try:
        for part in kind.gather(job, actor):
            _keep(holder, part)
    except Refused as refused:
        raise Stopped(str(refused)) from refused
    if kind.is_sheet:
        return _rest(holder)
    job.refresh_from_db()
    return True


def _keep(holder: Holder, part: Part) -> None:
    """Write rows with the progress they make; what a killed worker had kept is thrown away in the same transaction."""
    with transaction.atomic():
        holder.hold(**part.progress)
        if part.starts_anew:
            holder.job.rows.all().delete()
        rows = JobRow.objects.bulk_create(part.rows)
        # A sealed value is bound to its row, so the rows have to be there.
        contents = zip(rows, part.contents, strict=False)
        RowContent.objects.bulk_create(RowContent(row=row, sealed=content) for row, content in contents)


def _rest(holder: Holder) -> bool:
    """A sheet waits for its maker to confirm it; one that would do nothing is over."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).get(pk=holder.job.pk)
        if job.lease != holder.token or not job.is_open:
            raise LeaseLost
        if job.left:
            rest_until_confirmed(job)
        else:
            end_job(job, JobState.DONE, actor=SYSTEM)
    return False


def _do_unit(holder: Holder, rows: list[JobRow], found: Any = None) -> None:
    try:
        with transaction.atomic():
            verdict = _try_rows(holder.kind, rows, _load_actor(holder), found)
            with prepared():
                _write_verdict(holder, rows, verdict)
    except IntegrityError:
        # A deferred constraint fails at COMMIT, outside every savepoint: the verdict is then written alone.
        logger.exception("row %s of job %s failed at commit", rows[0].position, holder.job.pk)
        with transaction.atomic():
            _write_verdict(holder, rows, _broken())


def _load_actor(holder: Holder) -> Actor:
    """The maker as they are now: whoever was dismissed or given another role does nothing more."""
    with prepared():
        user = _MAKER.first(pk=holder.job.made_by_id)
    if user is None or not user.is_active:
        raise Stopped(_("The person who made this job no longer works here."))
    actor = staff_actor(user)
    if not has_capability(actor, holder.kind.capability):
        raise Stopped(_("The role of the person who made this job no longer allows it."))
    return actor


def _try_rows(kind: JobKind, rows: list[JobRow], actor: Actor, found: Any) -> Verdict:
    try:
        with transaction.atomic():
            kind.run(rows, actor, found)
    except Refused as refused:
        return Verdict(RowState.FAILED, refused.code, in_each_language(refused.__str__))
    except OperationalError:
        raise  # The database is away or chose us as a deadlock's victim: the row is tried again, not judged.
    except Exception:  # whatever one row's verb raises, the other rows go on
        logger.exception("row %s of job %s failed", rows[0].position, rows[0].job_id)
        return _broken()
    return DONE


def _broken() -> Verdict:
    words = _("Something went wrong on our side. It has been noted.")
    return Verdict(RowState.FAILED, "server_error", in_each_language(lambda: str(words)))


def _write_verdict(holder: Holder, rows: list[JobRow], verdict: Verdict) -> None:
    """Write what became of rows, together with their effect. Raises LeaseLost when they are no longer ours to do.

    Both come after the verb: the order row is locked first, everywhere.
    """
    values = {"state": verdict.state, "code": verdict.code, "said": verdict.said}
    is_refused = holder.kind.is_sheet and verdict.state == RowState.FAILED
    for row in rows:
        fate = Fate.REFUSED if is_refused else row.fate
        if not _WRITE_VERDICT.run(pk=row.pk, fate=fate, **values):
            raise LeaseLost
    counts = {counter: len(rows) if verdict.state == counter else 0 for counter in ("done", "failed")}
    holder.count(**counts)


def _end(holder: Holder, state: JobState, *, reason: str = "") -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).get(pk=holder.job.pk)
        if job.lease == holder.token and job.is_open:
            end_job(job, state, actor=SYSTEM, reason=reason)
