"""Kinds of jobs, declared by a decorator in the `jobs.py` of the app that owns the verb."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from shop.actor import Actor


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


RunRow = Callable[[int, Actor], Any]
Collect = Callable[[dict[str, Any], str], Batch]


@dataclass(frozen=True)
class JobKind:
    """`run_row(subject_id, actor)` calls a verb and raises Refused; it runs in a transaction of its own.

    `collect(parameters, cursor)` finds the subjects where a job was made from parameters instead of a list.
    """

    name: str
    label: str | Promise
    icon_name: str
    capability: str
    run_row: RunRow
    make_url: Callable[[str], str]
    collect: Collect | None = None


KINDS: dict[str, JobKind] = {}


def job(
    name: str,
    *,
    label: str | Promise,
    icon_name: str,
    capability: str,
    make_url: Callable[[str], str],
    collect: Collect | None = None,
) -> Callable[[RunRow], RunRow]:
    """Declare the per-row function of a kind; `make_url` gives the page of a subject by its `ref`."""

    def register(run_row: RunRow) -> RunRow:
        KINDS[name] = JobKind(name, label, icon_name, capability, run_row, make_url, collect)
        return run_row

    return register
