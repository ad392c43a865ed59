"""Kinds of jobs, declared in the `jobs.py` of the app that owns the verb."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils.functional import Promise

from shop.actor import Actor
from shop.jobs.models import Job, JobRow, JobState

LIMIT = 100_000


@dataclass(frozen=True)
class Subject:
    """One thing a job acts on: its id, and what people call it."""

    id: int
    ref: str


@dataclass(frozen=True)
class Batch:
    """Some subjects of what a job's parameters describe; `cursor` is "" when there are no more."""

    subjects: list[Subject] = field(default_factory=list)
    cursor: str = ""


@dataclass(frozen=True)
class Part:
    """Rows to keep in one transaction with the job's progress; `starts_anew` throws away what was kept before.

    `contents` are the sealed contents of rows of a sheet, one for each.
    """

    rows: list[JobRow]
    progress: dict[str, Any]
    contents: list[str] = field(default_factory=list)
    starts_anew: bool = False


@dataclass(frozen=True)
class JobKind(ABC):
    """What a kind of job is called, who may make one, where its rows come from and what one of them does."""

    name: str
    label: str | Promise
    icon_name: str
    capability: str

    @property
    def is_sheet(self) -> bool:
        """Whether jobs are made of sheets, whose rows people look at before anything changes."""
        return False

    @abstractmethod
    def gather(self, job: Job, actor: Actor) -> Iterator[Part]:
        """The next parts of the rows of the actor's job that is COLLECTING. Raises Refused, which stops the job."""

    def prepare(self, units: Sequence[Sequence[JobRow]], actor: Actor) -> dict[int, Any]:
        """What can be found out at once for units about to be done, by the position of the first row of each."""
        return {}

    @abstractmethod
    def run(self, rows: Sequence[JobRow], actor: Actor, prepared: Any = None) -> None:
        """Do rows that belong together, in the transaction of their verdicts; `prepared` is what was found for them.

        Raises Refused.
        """

    def count_done(self, job: Job) -> int:
        """How many of its rows changed something, which is what people take “done” for."""
        return job.done

    @abstractmethod
    def make_url(self, row: JobRow) -> str:
        """The page of what the row is about, or ""."""


RunRow = Callable[..., Any]
Collect = Callable[[dict[str, Any], str, Actor], Batch]


@dataclass(frozen=True)
class Outcome:
    """What is shown of a job instead of bare verdicts, where more comes of its rows once they are done.

    `read(job, rows, actor)` gives its `template` what it needs beside the verdicts: of these rows, and of the job. Its
    "mark" is another one whenever something has changed.
    """

    template: str
    read: Callable[[Job, Sequence[JobRow], Actor], dict[str, Any]]


@dataclass(frozen=True)
class BulkKind(JobKind):
    """One verb over many subjects.

    `run_row(subject_id, actor, **typed)` calls the verb and raises Refused. `collect(parameters, cursor, actor)` finds
    the subjects where a job was made from parameters instead of a list, up to LIMIT.
    """

    run_row: RunRow
    subject_url: Callable[[str], str]
    collect: Collect | None = None
    outcome: Outcome | None = None

    def gather(self, job: Job, actor: Actor) -> Iterator[Part]:
        if self.collect is None:
            raise RuntimeError(f"jobs of the kind {job.kind} are made from lists")
        batch = self.collect(job.parameters, job.cursor, actor)
        subjects = batch.subjects[: LIMIT - job.total]
        is_last = not batch.cursor or job.total + len(subjects) >= LIMIT
        state = JobState.RUNNING if is_last else JobState.COLLECTING
        progress = {"cursor": batch.cursor, "total": F("total") + len(subjects), "state": state}
        yield Part(make_rows(job, subjects, after=job.total), progress)

    def run(self, rows: Sequence[JobRow], actor: Actor, prepared: Any = None) -> None:
        for row in rows:
            self.run_row(row.subject_id, actor, **row.job.typed)

    def make_url(self, row: JobRow) -> str:
        return self.subject_url(row.ref)


def make_rows(job: Job, subjects: Sequence[Subject], *, after: int) -> list[JobRow]:
    """Rows to be kept; positions go on after `after`."""
    return [
        JobRow(job=job, position=position, subject_id=subject.id, ref=subject.ref)
        for position, subject in enumerate(subjects, start=after + 1)
    ]


KINDS: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    KINDS[kind.name] = kind


def job(
    name: str,
    *,
    label: str | Promise,
    icon_name: str,
    capability: str,
    make_url: Callable[[str], str],
    collect: Collect | None = None,
    outcome: Outcome | None = None,
) -> Callable[[RunRow], RunRow]:
    """Declare the per-row function of a kind; `make_url` gives the page of a subject by its `ref`."""

    def declare(run_row: RunRow) -> RunRow:
        register(BulkKind(name, label, icon_name, capability, run_row, make_url, collect, outcome))
        return run_row

    return declare
