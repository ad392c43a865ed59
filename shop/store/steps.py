"""What a new shop has to do before it opens.

Each room declares its steps in its `first_day.py`; the home page lists them until the last one is done.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shop.access import has_capability
from shop.actor import Actor
from shop.database.capped import read_row, write_row
from shop.store.models import StoreSettings

Done = Callable[[StoreSettings], "bool | QuerySet[Any]"]


@dataclass(frozen=True)
class Step:
    """A step, for who holds the capability; `why` is one sentence, `link` what stands on the way to `route`.

    `is_done` answers by the settings, or by rows of which one is enough. A step with a `cookie` is one of this device,
    whose script sets it: it never brings the list back, and `template` draws what is pressed instead of a link.
    One that `is_needed` cannot be left out, nor can one for want of which nothing can be ordered.
    `not_open` is what buyers are told while nothing can be ordered for want of it: while it is not done, or, where
    that is another question, not there (`is_there`).
    """

    place: int
    name: str
    title: Any
    why: Any
    capability: str
    is_done: Done = lambda _store: False
    route: str = ""
    link: Any = ""
    template: str = ""
    cookie: str = ""
    is_needed: bool = False
    not_open: Any = ""
    is_there: Done | None = None

    @property
    def may_be_left_out(self) -> bool:
        return not (self.is_needed or self.not_open)

    @property
    def url(self) -> str:
        return reverse(self.route)


@dataclass(frozen=True)
class StepState:
    """A step as the list shows it."""

    step: Step
    is_done: bool
    is_skipped: bool

    @property
    def is_open(self) -> bool:
        return not (self.is_done or self.is_skipped)


STEPS: list[Step] = []
"""In the order in which a shop takes them."""


def register(*steps: Step) -> None:
    """Put these into the list, each at its place."""
    STEPS.extend(steps)
    STEPS.sort(key=attrgetter("place"))


def name_steps(names: Iterable[str]) -> str:
    """These steps in words."""
    return " · ".join(str(step.title) for step in STEPS if step.name in set(names))


def list_states(store: StoreSettings, cookies: Mapping[str, str], *, actor: Actor) -> list[StepState]:
    """The steps that are this person's, as they stand; one query."""
    own = [step for step in STEPS if has_capability(actor, step.capability)]
    done = _find_done({step.name: step.is_done(store) for step in own})
    done |= {step.name for step in own if cookies.get(step.cookie)}
    return [StepState(step, step.name in done, step.name in store.skipped_steps) for step in own]


def is_over(states: list[StepState]) -> bool:
    """Whether nothing of the list is left that is the shop's own."""
    return not any(state.is_open for state in states if not state.step.cookie)


def list_not_open(store: StoreSettings) -> Iterator[Step]:
    """The steps for want of which buyers cannot order now; one query."""
    needed = [step for step in STEPS if step.not_open]
    there = _find_done({step.name: (step.is_there or step.is_done)(store) for step in needed})
    return (step for step in needed if step.name not in there)


def _find_done(answers: "Mapping[str, bool | QuerySet[Any]]") -> set[str]:
    """The names of what is true, or has a row."""
    rows = {name: found for name, found in answers.items() if isinstance(found, QuerySet)}
    counts = read_row(*write_row(rows.values(), 0)) if rows else ()
    there = {name for name, count in zip(rows, counts, strict=True) if count}
    return there | {name for name, answer in answers.items() if answer is True}
