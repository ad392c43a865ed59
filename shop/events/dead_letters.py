"""Work that failed too often and was put aside: deliveries of events and due rows that wait for a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event, EventDelivery, StuckTimer

SHOWN = 100


@dataclass(frozen=True)
class DeadLetter:
    """`name` is the handler or the timer; `event` is what the handler was to hear of, `subject_id` the timer's row."""

    key: str
    name: str
    subject_id: int
    event: Event | None
    attempts: int
    error: str
    at: datetime

    @property
    def order_id(self) -> int:
        """The order it is about as far as can be told, 0 otherwise."""
        return (self.event and self.event.order_id) or 0


def count_dead_letters() -> int:
    """Counted up to SHOWN + 1 of each kind; two small indexes."""
    rows = (EventDelivery.objects, StuckTimer.objects)
    return sum(row.filter(dead_at__isnull=False).order_by()[: SHOWN + 1].count() for row in rows)


def list_dead_letters() -> list[DeadLetter]:
    """The newest, at most SHOWN of each kind."""
    deliveries = EventDelivery.objects.filter(dead_at__isnull=False).select_related("event").order_by("-id")
    timers = StuckTimer.objects.filter(dead_at__isnull=False).order_by("-id")
    letters = [
        *(
            DeadLetter(f"event-{d.pk}", d.handler, d.event.subject_id, d.event, d.attempts, d.last_error, at)
            for d in deliveries[:SHOWN]
            if (at := d.dead_at)
        ),
        *(
            DeadLetter(f"timer-{t.pk}", t.timer, t.subject_id, None, t.attempts, t.last_error, at)
            for t in timers[:SHOWN]
            if (at := t.dead_at)
        ),
    ]
    return sorted(letters, key=lambda letter: letter.at, reverse=True)


def try_again(keys: Iterable[str], *, actor: Actor) -> int:
    """Put these back among the work, as if they had never failed; returns how many were still aside.

    Raises Refused `forbidden`, `not_found` (404) when none is aside any more.
    """
    require(actor, "audit.view")
    ids: dict[str, list[int]] = {"event": [], "timer": []}
    for key in keys:
        kind, _dash, pk = key.partition("-")
        if kind in ids and pk.isdecimal() and len(pk) < 19:
            ids[kind].append(int(pk))
    moment = clock.now()
    dead = EventDelivery.objects.filter(pk__in=ids["event"], dead_at__isnull=False)
    done = dead.update(dead_at=None, attempts=0, due_at=moment)
    stuck = StuckTimer.objects.filter(pk__in=ids["timer"], dead_at__isnull=False)
    done += stuck.update(dead_at=None, attempts=0, until=moment)
    if not done:
        raise Refused("not_found", _("Nothing of this is put aside any more."), 404)
    return done
