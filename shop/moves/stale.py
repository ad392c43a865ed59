"""When a form is too old: one rule for all subjects, and who was faster, in words for the reader."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.actor import PEOPLE, Actor, ActorKind
from shop.errors import Refused
from shop.events.models import STALE, Event, Versioned
from shop.events.words import describe_actor
from shop.moves.table import CHANGED, DONE, SUBJECTS, Move, describe_verb
from shop.words import fill


def refuse_stale(subject: Versioned, verb: str, actor: Actor, expected_version: int) -> None:
    """Refuse when since then the subject moved, somebody else changed it, or this very verb was done.

    A version that it never had is refused as well: then nobody can tell what was seen.
    """
    if not 0 <= expected_version <= subject.version:
        raise Refused("stale", STALE)
    looks = [rule.verb for rule in SUBJECTS[subject.subject_kind].moves if rule.is_look]
    for event in _events_of(subject).filter(number__gt=expected_version).exclude(verb__in=looks):
        is_own = (event.actor_kind, event.actor_id) == (actor.kind, actor.id)
        if event.before != event.after or not is_own or event.verb == verb:
            is_act = event.before != event.after or event.actor_kind in PEOPLE
            raise _refuse(event, actor, *(SUBJECTS[subject.subject_kind].stale if is_act else CHANGED))


def find_done(subject: Versioned, rule: Move, reader: Actor) -> Refused | None:
    """That this verb, or one that does the same to the whole, took the subject a state on, and who was faster.

    None where it could have been done once more since, or the subject came by another way to where nothing leads on.
    """
    state, verbs = subject.present_state, [rule.verb, *rule.done_by]
    leads_on = any(other.steps.get(state, state) != state for other in SUBJECTS[subject.subject_kind].moves)
    if not leads_on and state not in rule.steps.values():
        return None
    moved = _events_of(subject).exclude(before=F("after"))
    last = moved.filter(Q(verb__in=verbs) | Q(after__in=[*rule.steps])).first()
    return _refuse(last, reader, *DONE) if last and last.verb in verbs else None


def _events_of(subject: Versioned) -> "QuerySet[Event]":
    events = Event.objects.filter(kind=subject.subject_kind, subject_id=subject.pk)
    return events.order_by("-number")


def _refuse(event: Event, reader: Actor, code: str, sentence: Any) -> Refused:
    at = timezone.localtime(event.at)
    words = {"who": _name_for(event, reader), "at": f"{at:%m-%d %H:%M}", "what": describe_verb(event.verb)}
    return Refused(code, fill(sentence, words), verb=event.verb, at=event.at.isoformat())


def _name_for(event: Event, reader: Actor) -> Any:
    """Who did it, in words for the reader: buyers are not told the names of staff."""
    if reader.kind != ActorKind.CUSTOMER:
        return describe_actor(event)
    words = {ActorKind.CUSTOMER: _("you"), ActorKind.STAFF: _("the shop")}
    return words.get(ActorKind(event.actor_kind), _("the system"))
