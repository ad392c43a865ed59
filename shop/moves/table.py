"""One row for each verb, one table for each kind of subject: what may happen, by whom, and how it is told.

Buttons, checks, timelines and the record read these rows; `docs/states.md` prints them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.events.facts import FACTS, Facts
from shop.events.models import Versioned

S = TypeVar("S", bound=Versioned)
Guard = Callable[[Any], Refused | None]

NOWHERE = ""
"""Where a subject is before it is there; one without states never leaves it."""
STAFF, CUSTOMER, GATEWAY, SYSTEM = ActorKind.STAFF, ActorKind.CUSTOMER, ActorKind.GATEWAY, ActorKind.SYSTEM
VERIFIER = ActorKind.VERIFIER
BY_SYSTEM = frozenset({SYSTEM})
BY_STAFF = frozenset({STAFF})
BY_COUNTER = frozenset({STAFF, VERIFIER})
BY_SHOP = frozenset({STAFF, SYSTEM})
BY_CUSTOMER = frozenset({CUSTOMER})
BY_ANYONE = frozenset({STAFF, CUSTOMER, SYSTEM})
BY_GATEWAY = frozenset({GATEWAY, SYSTEM})
BY_CUSTOMER_OR_STAFF = frozenset({CUSTOMER, STAFF})
BY_MONEY = frozenset({STAFF, GATEWAY, SYSTEM})
BY_ALL = frozenset({STAFF, CUSTOMER, GATEWAY, SYSTEM})


def to(target: str, *sources: str) -> dict[str, str]:
    return dict.fromkeys(sources, target)


def stay(*states: str) -> dict[str, str]:
    return {state: state for state in states}


STATELESS = stay(NOWHERE)
COLUMNS: dict[str, Any] = {"before": dict[str, object], "after": dict[str, object]}
"""Facts of a verb that changes columns: those that differ, with their values."""
WHY = "why"
"""Of what was typed, sealed: why, or what the buyer is told. The record shows it too."""
TEXT = "text"
"""A note about the subject, which every colleague reads on its own page."""


@dataclass(frozen=True)
class Move:
    """One verb: `steps` maps each legal state to the state after it; staff need `capability`.

    `own_guards` bind one kind of actor only. `done_by` names other verbs after which this one counts as already
    done. `part_of` are capabilities whose holders do this as a part of another verb, never by itself.

    How it looks: `label` names it, `button` is what staff press where that is called otherwise, `icon_name`; `done`
    is what the record says. `is_bad`: a person has to look. `is_look`: nothing changed, so no form grows stale by it.
    `is_told`: its buyer reads of it. `says`: every colleague reads what was typed (`sealed`), which is about the
    matter and not about a person: `WHY` or `TEXT`.

    `facts`: what its events may hold in `data`, beside the "second" person of any verb.
    """

    verb: str
    label: Any
    done: Any
    steps: Mapping[str, str]
    who: frozenset[ActorKind]
    capability: str = ""
    guards: tuple[Guard, ...] = ()
    done_by: tuple[str, ...] = ()
    own_guards: Mapping[ActorKind, tuple[Guard, ...]] = field(default_factory=dict)
    part_of: frozenset[str] = frozenset()
    button: Any = ""
    icon_name: str = ""
    is_bad: bool = False
    is_look: bool = False
    is_told: bool = False
    says: str = ""
    facts: Facts = field(default_factory=dict)

    @property
    def pressed(self) -> Any:
        """What stands on a button of it."""
        return self.button or self.label

    def list_refusals(self, subject: Versioned, kind: ActorKind) -> Iterator[Refused]:
        """What the guards say against it when an actor of this kind does it."""
        for guard in (*self.guards, *self.own_guards.get(kind, ())):
            if refused := guard(subject):
                yield refused


def stateless(verb: str, done: Any, who: frozenset[ActorKind], capability: str = "", **more: Any) -> Move:
    """A row about a subject without states; `more` as `Move` has it."""
    return Move(verb, **{"label": done, **more}, done=done, steps=STATELESS, who=who, capability=capability)


DONE = ("already_done", _("Already done by %(who)s at %(at)s: %(what)s."))
"""What a stale form is told where people push something on: the code, and the sentence."""
CHANGED = ("stale", _("%(who)s changed this at %(at)s: %(what)s. Look again, then repeat."))
"""The same where people fill in what something holds."""


@dataclass(frozen=True)
class Subject(Generic[S]):
    """A kind of thing that verbs happen to: its table, who may see which of them, what it is called, where its page is.

    `scope` gives the rows an actor may see: all others are not there (`missing`). `follow` gives changes that
    go with any move. `joins` is what `name` and `url` read beside the row. `stale`: `DONE` or `CHANGED`.
    """

    model: type[S]
    label: Any
    moves: tuple[Move, ...]
    missing: Any
    scope: Callable[[Actor], QuerySet[S]] | None = None
    follow: Callable[[S], Mapping[str, Any]] = lambda _subject: {}
    stale: tuple[str, Any] = CHANGED
    name: Callable[[S], str] = str
    url: Callable[[S], str] = lambda _subject: ""
    joins: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.model.subject_kind

    def find_rows(self, actor: Actor | None) -> QuerySet[S]:
        """What this actor may see; all rows without one."""
        return self.scope(actor) if self.scope and actor else self.model._default_manager.all()

    def find_named(self) -> QuerySet[S]:
        """All rows, with what `name` and `url` read."""
        return self.model._default_manager.select_related(*self.joins)

    @property
    def states(self) -> dict[str, Any]:
        """The states with their labels; empty for what has none."""
        if column := self.model.state_column:
            return dict(getattr(self.model._meta.get_field(column), "flatchoices", ()))
        return self.model.state_labels


SUBJECTS: dict[str, Subject[Any]] = {}
MOVES: dict[str, Move] = {}
"""Every verb of every table, in the order in which buttons and answers list what may be done."""


def register(subject: Subject[S]) -> Subject[S]:
    """Make a table known, in the app's `moves.py`; a verb stands in one table. Raises ValueError for a second one."""
    for move in subject.moves:
        if MOVES.setdefault(move.verb, move) is not move:
            raise ValueError(f"{move.verb} stands in two tables")
        FACTS[move.verb] = move.facts
    SUBJECTS[subject.kind] = subject
    return subject


def describe_verb(verb: str) -> Any:
    """What happened, in the past tense; of a verb that this version does not know its name."""
    return MOVES[verb].done if verb in MOVES else verb


def says(verb: str) -> str:
    """`WHY` or `TEXT` of a verb whose typed words every colleague reads, else ""; also of one that is not known."""
    return MOVES[verb].says if verb in MOVES else ""


def find_subject(model: type[S]) -> Subject[S]:
    return SUBJECTS[model.subject_kind]


def read_subjects(named: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int | None], Any]:
    """The rows of these kinds and ids that there are, with all that `name` and `url` read: one query for each kind."""
    ids: dict[str, set[int | None]] = defaultdict(set)
    for kind, pk in named:
        ids[kind].add(pk)
    return {
        (kind, pk): row
        for kind in ids.keys() & SUBJECTS.keys()
        for pk, row in SUBJECTS[kind].find_named().in_bulk(ids[kind]).items()
    }
