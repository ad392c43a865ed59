"""The record: every event of the shop in words, with the filters of its page."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from orders.desk.timeline import Change, make_entry
from orders.models import Order, OrderLine
from orders.scope import orders_in_scope, rows_in_scope, scope_key
from shop import clock
from shop.actor import Actor, ActorKind
from shop.events.models import Event
from shop.events.selectors import find_first_id_since, find_last_id_before
from shop.events.words import Part, describe_actor, describe_data
from shop.moves.table import SUBJECTS, WHY, describe_verb, read_subjects, says


@dataclass(frozen=True)
class Wanted:
    """What the page is narrowed to; "" and None leave a filter open. `actor` is a staff id or a kind of actor."""

    kind: str = ""
    verb: str = ""
    actor: str = ""
    number: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def list_events(wanted: Wanted, *, actor: Actor) -> "QuerySet[Event]":
    """The events in the actor's scope that fit; without their sealed values, of which `tell` reads the reasons."""
    events = rows_in_scope(Event.objects.defer("sealed"), scope_key(actor), or_of_none=True)
    if wanted.kind:
        events = events.filter(kind=wanted.kind)
        if wanted.kind != Order.subject_kind:
            # Nearly all events are about orders; the partial index holds the others.
            events = events.filter(order_id__isnull=True)
    if wanted.verb:
        events = events.filter(verb=wanted.verb)
    if wanted.actor.isdigit():
        events = events.filter(actor_kind=ActorKind.STAFF, actor_id=int(wanted.actor))
    elif wanted.actor:
        events = events.filter(actor_kind=wanted.actor)
    if wanted.number:
        found = orders_in_scope(actor).filter(number=wanted.number).values_list("pk", flat=True).first()
        events = events & Event.objects.of_order(found or -1)
    return _between(events, wanted)


def _between(events: "QuerySet[Event]", wanted: Wanted) -> "QuerySet[Event]":
    """Events of these days, the shop's own and both included; bounds of their ids keep others from being read."""
    if wanted.since:
        since = clock.start_of_day(wanted.since)
        events = events.filter(at__gte=since)
        if first := find_first_id_since(since):
            events = events.filter(pk__gte=first)
    if wanted.until:
        until = clock.start_of_day(wanted.until + dt.timedelta(days=1))
        events = events.filter(at__lt=until)
        if last := find_last_id_before(until):
            events = events.filter(pk__lte=last)
    return events


@dataclass(frozen=True)
class Line:
    """One event as the record shows it."""

    at: dt.datetime
    words: Any
    who: str
    kind: Any
    name: str
    url: str
    details: list[str]
    parts: list[Part]
    changes: list[Change]
    is_bad: bool = False


def tell(events: Sequence[Event]) -> list[Line]:
    """Events in words: one query per kind of thing they are about, and one for the goods they name."""
    _read_reasons(events)
    things = read_subjects((event.kind, event.subject_id) for event in events)
    goods = _name_goods(events)
    return [_make_line(event, things.get((event.kind, event.subject_id)), goods) for event in events]


def _read_reasons(events: Iterable[Event]) -> None:
    """Read of what is sealed the reasons only; the rest is shown by the order page, on the record."""
    asked = [event for event in events if says(event.verb) == WHY]
    ids = [event.pk for event in asked]
    stored = dict(Event.objects.filter(pk__in=ids).values_list("pk", "sealed")) if ids else {}
    for event in events:
        event.sealed = stored.get(event.pk, "")
    Event.load_secrets(event for event in asked if stored[event.pk])


def _name_goods(events: Iterable[Event]) -> dict[str, str]:
    told = [event.data for event in events if event.kind == Order.subject_kind]
    lines = [data.get(name) for data in told for name in ("lines", "into")]
    ids = {int(pk) for found in lines if isinstance(found, dict) for pk in found}
    if not ids:
        return {}
    names = OrderLine.objects.filter(pk__in=ids).values_list("pk", "product_name", "sku_name")
    return {str(pk): f"{product} {sku}".strip() for pk, product, sku in names}


def _make_line(event: Event, thing: Any, goods: Mapping[str, str]) -> Line:
    subject = SUBJECTS.get(event.kind)
    is_order = event.kind == Order.subject_kind
    entry = make_entry(event, goods) if is_order else None
    found = [entry.stage_change, entry.change] if entry else []
    return Line(
        at=event.at,
        words=describe_verb(event.verb),
        who=describe_actor(event),
        kind=subject.label if subject else event.kind,
        name=subject.name(thing) if subject and thing else "",
        url=subject.url(thing) if subject and thing else "",
        details=entry.details if entry else [],
        parts=[] if is_order else describe_data(event, subject.model if subject else None),
        changes=[change for change in found if change],
        is_bad=bool(entry and entry.is_bad),
    )
