"""The record: every event of the shop in words, with the filters of its page."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications import event_words as alert_words
from notifications.models import AlertSetting
from orders.desk.timeline import REASONED, Change, make_entry
from orders.models import Order, OrderLine
from orders.payments import event_words as gateway_words
from orders.payments.models import GatewayLine
from orders.scope import orders_in_scope, rows_in_scope, scope_key
from orders.states import MOVES
from shop.actor import Actor, ActorKind
from shop.catalog import event_words as catalog_words
from shop.catalog.models import Product, Sku
from shop.customers import event_words as customer_words
from shop.customers.models import Customer, EntryKind
from shop.events import event_words as machine_words
from shop.events.models import BookCheck, Event
from shop.events.selectors import find_first_id_since, find_last_id_before
from shop.events.words import Part, describe_actor, describe_data
from shop.files import event_words as file_words
from shop.files.models import ProducedFile
from shop.jobs import event_words as job_words
from shop.jobs.models import Job
from shop.staff import event_words as staff_words
from shop.staff.models import StaffUser
from shop.store import event_words as store_words
from shop.store.models import StoreSettings, WeChatAccount

EVENT_WORDS = (
    {verb: move.done for verb, move in MOVES.items()}
    | catalog_words.EVENT_WORDS
    | customer_words.EVENT_WORDS
    | file_words.EVENT_WORDS
    | job_words.EVENT_WORDS
    | staff_words.EVENT_WORDS
    | store_words.EVENT_WORDS
    | gateway_words.EVENT_WORDS
    | machine_words.EVENT_WORDS
    | alert_words.EVENT_WORDS
)


@dataclass(frozen=True)
class Subject:
    """A kind of thing that events are about: its name, its model, and how one of them is named and opened."""

    label: Any
    model: type[Model]
    name: Callable[[Any], str] = str
    url: Callable[[Any], str] = lambda _row: ""
    joins: tuple[str, ...] = ()


def _open_sku(sku: Sku) -> str:
    return f"{reverse('catalog:product', args=[sku.product_id])}?sku={sku.pk}"


SUBJECTS: dict[str, Subject] = {
    "order": Subject(
        _("Order"), Order, lambda order: order.number, lambda o: reverse("orders:detail", args=[o.number])
    ),
    "product": Subject(_("Product"), Product, str, lambda row: reverse("catalog:product", args=[row.pk])),
    "sku": Subject(_("SKU"), Sku, str, _open_sku, ("product",)),
    "customer": Subject(
        _("Customer"),
        Customer,
        lambda customer: str(customer.pk),
        lambda row: reverse("customers:customer", args=[row.pk]),
    ),
    "staff": Subject(_("Staff"), StaffUser, str, lambda row: reverse("staff:person", args=[row.pk])),
    "job": Subject(_("Job"), Job, lambda job: str(job.pk), lambda row: reverse("jobs:job", args=[row.pk])),
    "produced_file": Subject(_("File"), ProducedFile),
    "books": Subject(_("Books"), BookCheck, lambda _row: ""),
    "gateway": Subject(_("WeChat Pay"), GatewayLine, lambda line: line.mchid),
    "settings": Subject(
        _("Store settings"), StoreSettings, lambda _row: "", lambda _row: reverse("store:settings")
    ),
    "alert_setting": Subject(_("Voice of alerts"), AlertSetting, str, lambda _row: reverse("voice:settings")),
    "wechat_account": Subject(
        _("WeChat credentials"), WeChatAccount, lambda _row: "", lambda _row: reverse("store:wechat")
    ),
}


_WITH_REASON = REASONED | {"customer.block", *(f"customer.balance_{kind}" for kind in EntryKind)}


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
        since = _midnight(wanted.since)
        events = events.filter(at__gte=since)
        if first := find_first_id_since(since):
            events = events.filter(pk__gte=first)
    if wanted.until:
        until = _midnight(wanted.until + dt.timedelta(days=1))
        events = events.filter(at__lt=until)
        if last := find_last_id_before(until):
            events = events.filter(pk__lte=last)
    return events


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


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
    things = {kind: _fetch(kind, events) for kind in {event.kind for event in events}}
    goods = _name_goods(events)
    return [_make_line(event, things[event.kind].get(event.subject_id), goods) for event in events]


def _read_reasons(events: Iterable[Event]) -> None:
    """Read of what is sealed the reasons only; the rest is shown by the order page, on the record."""
    asked = [event for event in events if event.verb in _WITH_REASON]
    ids = [event.pk for event in asked]
    stored = dict(Event.objects.filter(pk__in=ids).values_list("pk", "sealed")) if ids else {}
    for event in events:
        event.sealed = stored.get(event.pk, "")
    Event.load_secrets(event for event in asked if stored[event.pk])


def _fetch(kind: str, events: Iterable[Event]) -> Mapping[int, Any]:
    subject = SUBJECTS.get(kind)
    if subject is None:
        return {}
    ids = {event.subject_id for event in events if event.kind == kind}
    rows = subject.model._default_manager.select_related(*subject.joins)
    return rows.in_bulk(ids)


def _name_goods(events: Iterable[Event]) -> dict[str, str]:
    lines = [event.data.get("lines") for event in events if event.kind == Order.subject_kind]
    ids = {int(pk) for found in lines if isinstance(found, dict) for pk in found}
    if not ids:
        return {}
    names = OrderLine.objects.filter(pk__in=ids).values_list("pk", "product_name")
    return {str(pk): name for pk, name in names}


def _make_line(event: Event, thing: Any, goods: Mapping[str, str]) -> Line:
    subject = SUBJECTS.get(event.kind)
    is_order = event.kind == Order.subject_kind
    entry = make_entry(event, goods) if is_order else None
    found = [entry.stage_change, entry.change] if entry else []
    return Line(
        at=event.at,
        words=EVENT_WORDS.get(event.verb, event.verb),
        who=describe_actor(event),
        kind=subject.label if subject else event.kind,
        name=subject.name(thing) if subject and thing else "",
        url=subject.url(thing) if subject and thing else "",
        details=entry.details if entry else [],
        parts=[] if is_order else describe_data(event, subject.model if subject else None),
        changes=[change for change in found if change],
        is_bad=bool(entry and entry.is_bad),
    )
