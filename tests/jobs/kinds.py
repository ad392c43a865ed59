"""A kind of job for tests: it counts what it does, and fails where it is told to."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from shop.actor import Actor
from shop.errors import Refused
from shop.jobs.registry import Batch, BulkKind, JobKind, Subject

NAME = "test.count"


class Counting:
    """The per-row function and the collecting of a kind that only counts."""

    def __init__(self, *, total: int = 0, batch: int = 10) -> None:
        self.done: Counter[int] = Counter()
        self.actors: list[Actor] = []
        self.typed: list[dict[str, Any]] = []
        self.refused: set[int] = set()
        self.broken: set[int] = set()
        self.before: Callable[[int], Any] = lambda _subject_id: None
        self._total, self._batch = total, batch

    def run_row(self, subject_id: int, actor: Actor, **typed: Any) -> None:
        self.typed.append(typed)
        self.before(subject_id)
        if subject_id in self.refused:
            raise Refused("wrong_stage", "The order is closed.")
        if subject_id in self.broken:
            raise RuntimeError("a bug")
        self.done[subject_id] += 1
        self.actors.append(actor)

    def collect(self, parameters: dict[str, Any], cursor: str, _actor: Actor) -> Batch:
        start = int(cursor or 0)
        subjects = subjects_of(range(start + 1, min(start + self._batch, self._total) + 1))
        end = start + len(subjects)
        return Batch(subjects, str(end) if end < self._total else "")

    def as_kind(self) -> JobKind:
        return BulkKind(
            NAME, "Count", "check", "orders.edit", self.run_row, lambda ref: f"/{ref}/", self.collect
        )


def subjects_of(ids: Iterable[int]) -> list[Subject]:
    return [Subject(pk, f"ref-{pk}") for pk in ids]
