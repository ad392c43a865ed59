"""What was done to something, as its page tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.events.models import Event, Versioned
from shop.events.words import Part, describe_actor, describe_data
from shop.moves.table import SUBJECTS, describe_verb

SHOWN = 10


@dataclass(frozen=True)
class Entry:
    """One thing that was done, and what its event says of it."""

    title: Any
    who: str
    at: datetime
    parts: list[Part]


def tell(events: Iterable[Event]) -> list[Entry]:
    """Events of one subject in words."""
    return [
        Entry(
            title=describe_verb(event.verb),
            who=describe_actor(event),
            at=event.at,
            parts=describe_data(event, SUBJECTS[event.kind].model),
        )
        for event in events
    ]


def tell_last(subject: Versioned, shown: int = SHOWN) -> list[Entry]:
    """What was done to a subject last, newest first."""
    events = Event.objects.filter(kind=subject.subject_kind, subject_id=subject.pk).order_by("-number")[
        :shown
    ]
    secret = subject.read_secret()
    for event in (found := list(events)):
        event.secret = secret
    return tell(found)
