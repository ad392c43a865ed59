"""Raising and ending alerts; both lock what it is about, so that two deliverers cannot miss each other."""

from zlib import crc32

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.endings import Ending
from notifications.kinds import KINDS, kinds_of
from notifications.models import Alert, AlertKind, HandledHow
from notifications.robots.services.leaving import leave_notes
from notifications.selectors import find_open_alerts
from orders.models import Order
from orders.moves import lock_row
from orders.scope import rows_in_scope, scope_key
from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.push import push_hint

BATCH = 500
_ALERTING = 2
"""The kind of advisory lock, beside that of placing; the second number is made of the subject."""
_HALF = 2**31


def raise_alert(kind: AlertKind, event: Event) -> None:
    """Make the alert of this event, once; it is ended at once when it is already over."""
    with transaction.atomic():
        if event.order_id:
            _raise_of_order(kind, event, lock_row(event.order_id))
        else:
            _raise_of_subject(kind, event)


def _raise_of_order(kind: AlertKind, event: Event, order: Order) -> None:
    once = {"order": order} if kind == AlertKind.NEW_ORDER else {"event_id": event.pk}
    facts = {"order": order, "event_id": event.pk, "event_number": event.number, "raised_at": event.at}
    alert, is_new = Alert.objects.get_or_create(kind=kind, **once, defaults=facts)
    if is_new:
        leave_notes(alert)
    else:
        _ring_again(alert, event)
    _settle(order)


def _ring_again(alert: Alert, event: Event) -> None:
    """A new order that had to wait for its payment after all comes in anew: who handled it then is not who does now.

    It is the same alert, and a robot does not say it twice. What is told again of an event changes nothing.
    """
    if event.number > alert.event_number:
        Alert.objects.filter(pk=alert.pk, handled_at__isnull=False).update(
            event_id=event.pk,
            event_number=event.number,
            raised_at=event.at,
            handled_at=None,
            handled_how="",
            handled_by_id=None,
            handled_by_name="",
        )


def _raise_of_subject(kind: AlertKind, event: Event) -> None:
    lock_subject(event)
    facts = {"subject_kind": event.kind, "subject_id": event.subject_id, "event_number": event.number}
    alert, is_new = Alert.objects.get_or_create(
        kind=kind, event_id=event.pk, defaults=facts | {"raised_at": event.at}
    )
    if is_new:
        leave_notes(alert)
    later = Event.objects.filter(kind=event.kind, subject_id=event.subject_id, number__gt=event.number)
    ended = later.filter(verb__in=KINDS[kind].ended_by).order_by("number").first()
    if is_new and ended:
        _end(alert, Ending(HandledHow.OVER, ended))


def end_subject_alerts(event: Event) -> None:
    """End what was raised of this subject before this event, and is over with it."""
    earlier = Event.objects.filter(kind=event.kind, subject_id=event.subject_id, number__lt=event.number)
    kinds = [kind for kind, row in KINDS.items() if event.verb in row.ended_by]
    with transaction.atomic():
        lock_subject(event)
        open_ones = find_open_alerts().filter(kind__in=kinds, event_id__in=earlier.values("pk"))
        open_ones.update(handled_at=event.at, handled_how=HandledHow.OVER)


def lock_subject(event: Event) -> None:
    """Raise and end alerts of a subject in turn, without holding up who changes the subject; SQLite has one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            key = crc32(f"{event.kind} {event.subject_id}".encode()) - _HALF
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ALERTING, key])


def settle_alerts(order_id: int) -> None:
    """End the open alerts of an order that are over, by its present state."""
    with transaction.atomic():
        _settle(lock_row(order_id))


def _settle(order: Order) -> None:
    for alert in order.alerts.filter(handled_at__isnull=True).order_by("pk"):
        rule = KINDS[AlertKind(alert.kind)].ending if alert.kind in KINDS else None
        if rule and (ending := rule(order, alert)):
            _end(alert, ending)


def _end(alert: Alert, ending: Ending) -> None:
    by = ending.event
    # Somebody may press it at this moment: what is handled stays as it is.
    Alert.objects.filter(pk=alert.pk, handled_at__isnull=True).update(
        handled_at=by.at if by else clock.now(),
        handled_how=ending.how,
        handled_by_id=by.actor_id if by else None,
        handled_by_name=by.actor_name if by else "",
    )


def handle_alerts(alert_ids: list[int], *, actor: Actor) -> int:
    """Mark alerts as handled by this person; returns how many were still open.

    Raises Refused `forbidden` when there are only kinds of others, `not_found` (404) when there is none of them, or
    `already_done` when the only one asked for was handled before.
    """
    wanted = rows_in_scope(Alert.objects.filter(pk__in=alert_ids), scope_key(actor), or_of_none=True)
    kinds = set(wanted.values_list("kind", flat=True)) & set(KINDS)
    if kinds and not kinds & set(kinds_of(actor)):
        require(actor, KINDS[AlertKind(kinds.pop())].whose[0])
    wanted = wanted.filter(kind__in=kinds_of(actor))
    done = _press(wanted, actor)
    if not done:
        _refuse_done(list(wanted[:2]), asked=len(alert_ids))
    push_hint()
    return done


def handle_alerts_up_to(newest_id: int, *, actor: Actor) -> int:
    """Mark everything unhandled of this person's kinds up to this alert as handled; returns how much that was.

    What was raised later goes on ringing. Each batch is a transaction of its own: nothing waits for thousands.
    """
    if not kinds_of(actor):
        require(actor, "alerts.handle")
    total = 0
    while done := _handle_batch(newest_id, actor):
        total += done
    if total:
        push_hint()
    return total


def _handle_batch(newest_id: int, actor: Actor) -> int:
    with transaction.atomic():
        # In the order of ids, as everybody locks several: two who press at once never deadlock.
        mine = find_open_alerts(kinds_of(actor), scope_key(actor))
        waiting = mine.filter(pk__lte=newest_id).order_by("pk").select_for_update(no_key=True)
        return _press(Alert.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)[:BATCH])), actor)


def _press(alerts: "QuerySet[Alert]", actor: Actor) -> int:
    return alerts.filter(handled_at__isnull=True).update(
        handled_at=clock.now(),
        handled_how=HandledHow.PRESSED,
        handled_by_id=actor.id,
        handled_by_name=actor.name,
    )


def _refuse_done(found: list[Alert], *, asked: int) -> None:
    if not found:
        raise Refused("not_found", _("There is no such alert."), 404)
    if asked == 1 and (at := found[0].handled_at):
        who = found[0].handled_by_name or _("the system")
        words = {"who": who, "at": timezone.localtime(at).strftime("%H:%M")}
        raise Refused("already_done", _("Already handled by %(who)s at %(at)s.") % words)
