"""The one door: locking a subject for a verb, and the only code that raises a version and records an event."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability, require
from shop.actor import Actor, ActorKind
from shop.database.kept import KeptQuery, Param, reads_all
from shop.errors import Refused
from shop.events.models import Event, Versioned
from shop.events.services import record_event
from shop.moves.stale import find_done, refuse_stale
from shop.moves.table import MOVES, NOWHERE, SUBJECTS, Move, find_subject
from shop.words import fill

S = TypeVar("S", bound=Versioned)


def lock_subject(
    model: type[S], pk: int, verb: str, *, actor: Actor, expected_version: int | None = None
) -> S:
    """Lock a row and check that `actor` may do `verb` to it now; the first step of every verb.

    `expected_version` is what a form was opened with. Raises Refused: `not_found` (also for what the actor may not
    see), `already_done` or `stale`, `forbidden`, `wrong_stage`, or what a guard says.
    """
    subject = lock_row(model, pk, actor=actor)
    if expected_version is not None and expected_version != subject.version:
        refuse_stale(subject, verb, actor, expected_version)
    check_move(subject, MOVES[verb], actor)
    subject.passed = verb
    return subject


def lock_subjects(model: type[S], pks: Collection[int], verb: str, *, actor: Actor) -> list[S]:
    """Lock rows in id order for one verb, as `lock_subject` does each; those that refuse it are left out."""
    rows = find_subject(model).find_rows(actor).select_for_update(no_key=True).filter(pk__in=pks)
    return [row for row in rows.order_by("pk") if _may(row, verb, actor)]


def _may(subject: Versioned, verb: str, actor: Actor) -> bool:
    try:
        check_move(subject, MOVES[verb], actor)
    except Refused:
        return False
    subject.passed = verb
    return True


@contextmanager
def locked(
    model: type[S], pk: int, verb: str, actor: Actor, expected_version: int | None = None
) -> Iterator[S]:
    """A transaction that begins with `lock_subject`. Raises Refused as it does."""
    with transaction.atomic():
        yield lock_subject(model, pk, verb, actor=actor, expected_version=expected_version)


def lock_row(model: type[S], pk: int, *, actor: Actor | None = None) -> S:
    """Lock a row without asking for what: evidence from outside, or a due timer, decides on its verb afterwards.

    Raises Refused `not_found` (404).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a row is locked inside a transaction")
    kind = find_subject(model)
    rows = kind.find_rows(actor)
    subject = _keep_lock(model).first(pk=pk) if reads_all(rows) else _lock(rows, pk).first()
    if subject is None:
        raise Refused("not_found", kind.missing, 404)
    return subject


def _lock(rows: QuerySet[S], pk: Any) -> QuerySet[S]:
    # NO KEY: rows that point here check their foreign key at commit without waiting for its holder.
    return rows.select_for_update(no_key=True).filter(pk=pk)


@cache
def _keep_lock(model: type[S]) -> KeptQuery[S]:
    """The lock on a row of which everybody may see all, which every verb begins with."""
    return KeptQuery(lambda: _lock(model._default_manager.all(), Param("pk", BigIntegerField())))


def lock_rows(model: type[S], pks: Iterable[int]) -> list[S]:
    """As `lock_row` for many: those that there are, locked in id order."""
    rows = find_subject(model).find_rows(None).select_for_update(no_key=True)
    return list(rows.filter(pk__in=list(pks)).order_by("pk"))


def lock_single(model: type[S], verb: str, *, actor: Actor, expected_version: int | None = None) -> S:
    """As `lock_subject` for what there is one row of, made with its defaults when it is asked for first."""
    model._default_manager.get_or_create(pk=1)
    return lock_subject(model, 1, verb, actor=actor, expected_version=expected_version)


def check_move(subject: Versioned, rule: Move, actor: Actor, *, is_part: bool = False) -> None:
    """Raise Refused unless the table allows the verb to this actor in this state.

    `is_part`: also as a part of another verb, which was checked by itself.
    """
    _check_actor(rule, actor, is_part=is_part)
    if subject.present_state not in rule.steps:
        raise _wrong_state(subject, rule, actor)
    for refused in rule.list_refusals(subject, actor.kind):
        raise refused


def _check_actor(rule: Move, actor: Actor, *, is_part: bool = False) -> None:
    if actor.kind not in rule.who:
        raise Refused("forbidden", _("This is not for you to do."), 403)
    if (
        rule.capability
        and actor.kind == ActorKind.STAFF
        and not (is_part and rule.part_of & actor.capabilities)
    ):
        require(actor, rule.capability)


def _wrong_state(subject: Versioned, rule: Move, actor: Actor) -> Refused:
    if done := find_done(subject, rule, actor):
        return done
    states = SUBJECTS[subject.subject_kind].states
    message = _("The present state is “%(stage)s”: “%(verb)s” is not possible.")
    words = {"stage": states.get(subject.present_state, subject.present_state), "verb": rule.label}
    return Refused("wrong_stage", fill(message, words), stage=subject.present_state)


def move(
    subject: Versioned,
    verb: str,
    *,
    actor: Actor,
    changes: Mapping[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    sealed: str = "",
) -> Event:
    """Apply a verb to a locked row: new state, `changes` to its columns, version, one event.

    A verb for which the row was locked has been checked; another one is now, against the row as it was before
    `changes`. Raises Refused as `lock_subject` does.
    """
    rule = MOVES[verb]
    if subject.passed != verb:
        check_move(subject, rule, actor, is_part=True)
    subject.passed = ""
    before, after = subject.present_state, rule.steps[subject.present_state]
    names = {*_set(subject, changes or {}), *subject.enter(after)}
    names |= _set(subject, SUBJECTS[subject.subject_kind].follow(subject))
    subject.save_raised(*sorted(names))
    return record_event(subject, verb, actor, before=before, after=after, data=data, sealed=sealed)


def _set(subject: Versioned, changes: Mapping[str, Any]) -> set[str]:
    for name, value in changes.items():
        setattr(subject, name, value)
    return set(changes)


def begin(
    subject: Versioned,
    verb: str,
    *,
    actor: Actor,
    state: str = NOWHERE,
    data: dict[str, Any] | None = None,
    save: Callable[[Any], object] | None = lambda subject: subject.save(),
) -> Event:
    """Write a new row in its first state, with its first event; `state` where it may begin in another one.

    `save` None: the row, of version 1, is there already. Raises Refused `forbidden`, or what a guard says.
    """
    rule = MOVES[verb]
    _check_actor(rule, actor)
    for refused in rule.list_refusals(subject, actor.kind):
        raise refused
    subject.enter(state or rule.steps[NOWHERE])
    subject.version = 1
    if save:
        save(subject)
    return record_event(subject, verb, actor, before=NOWHERE, after=subject.present_state, data=data)


@dataclass(frozen=True)
class Available:
    """A verb an actor's role knows; `refused` says why it is not possible now."""

    move: Move
    refused: Refused | None

    @property
    def is_possible(self) -> bool:
        return self.refused is None


def list_available(subject: Versioned, actor: Actor) -> dict[str, Available]:
    """The verbs that fit the subject's state and the actor's role, possible or with the reason why not."""
    moves = SUBJECTS[subject.subject_kind].moves
    found = ((rule.verb, find_available(subject, rule.verb, actor)) for rule in moves)
    return {verb: available for verb, available in found if available}


def find_available(subject: Versioned, verb: str, actor: Actor) -> Available | None:
    """One verb as in `list_available`, None when it does not fit the subject's state or the actor's role."""
    rule = MOVES[verb]
    if subject.present_state not in rule.steps or actor.kind not in rule.who:
        return None
    if rule.capability and actor.kind == ActorKind.STAFF and not has_capability(actor, rule.capability):
        return None
    return Available(rule, next(rule.list_refusals(subject, actor.kind), None))
