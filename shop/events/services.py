"""Recording an event together with its outbox rows, in the caller's transaction."""

import json
from typing import Any

from django.db import connection

from shop import clock
from shop.actor import Actor
from shop.database.inserts import insert_rows
from shop.events.facts import check_facts
from shop.events.models import Event, EventDelivery, Versioned
from shop.events.registry import list_hearers
from shop.live import hint_changed


def seal_words(subject: Versioned, **words: str) -> str:
    """What somebody typed to say why, for `sealed`: nothing where nothing was, or of a buyer who was erased."""
    typed = {name: text for name, text in words.items() if text}
    return json.dumps(typed, ensure_ascii=False) if typed and subject.read_secret() != "" else ""


def record_event(
    subject: Versioned,
    verb: str,
    actor: Actor,
    *,
    before: str = "",
    after: str = "",
    data: dict[str, Any] | None = None,
    sealed: str = "",
) -> Event:
    """Write the event of the subject's present version and one delivery for each handler whom it concerns.

    Call it inside the transaction that wrote the change and raised the version. `data` holds the facts that the
    row of the verb names and never personal data; `sealed` is JSON text of personal values, stored encrypted.
    Raises TypeError as `check_facts` does.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs into the transaction of its change")
    moment, data = clock.now(), data or {}
    check_facts(verb, data)
    if actor.second:
        data = data | {"second": actor.second.name}
    event = Event(
        kind=subject.subject_kind,
        subject_id=subject.pk,
        order_id=subject.order_of_event,
        number=subject.version,
        verb=verb,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:80],
        at=moment,
        before=before,
        after=after,
        data=data,
        sealed=sealed,
    )
    if sealed:
        event.secret = subject.read_secret()
    insert_rows([event])
    hearers = list_hearers(verb, subject)
    insert_rows(
        [EventDelivery(event=event, handler=h.name, priority=h.priority, due_at=moment) for h in hearers]
    )
    _hint(event)
    return event


def _hint(event: Event) -> None:
    """Open pages of the subject, and of its order, hear of it. Of what has just come to be there is none."""
    if event.number > 1:
        hint_changed(event.kind, event.subject_id)
    if event.order_id and event.kind != "order":
        hint_changed("order", event.order_id)
