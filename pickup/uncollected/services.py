"""What becomes of goods that nobody comes for: people are told, the buyer is reminded, somebody puts it off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row, locked_order, move
from orders.services.deadlines import NotDue
from orders.stages import IN_HAND
from pickup.uncollected.models import Waiting
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.store.choices import Delivery
from shop.store.selectors import get_store_settings

REMIND_EVERY = timedelta(days=3)
LONGEST_SNOOZE = timedelta(days=14)
LONGEST = 200


def follow_order(order_id: int) -> None:
    """Keep in step with an order whether it waits at a counter; what comes back waits its whole time anew.

    Only rows are written here, by what the order is now, so that events may be carried in any order and twice. Nobody
    picks up a test order.
    """
    with transaction.atomic():
        order = lock_row(order_id)
        row = Waiting.objects.filter(order=order).first()
        if _waits(order) and (row is None or not row.is_waiting):
            _begin(order)
        elif row and row.is_waiting and not _waits(order):
            Waiting.objects.filter(order=order).update(is_waiting=False)


def _waits(order: Order) -> bool:
    return order.delivery == Delivery.PICKUP and order.stage in IN_HAND and not order.is_test


def _begin(order: Order) -> None:
    now = clock.now()
    due_at = now + timedelta(days=get_store_settings().uncollected_days)
    waits = {"is_waiting": True, "since": now, "due_at": due_at, "snoozed_until": None}
    Waiting.objects.update_or_create(order=order, defaults=waits)


def note_uncollected(order_id: int) -> None:
    """Tell people that nobody came for an order in time, once. Raises Refused `not_due` (timer)."""
    with transaction.atomic():
        order, now = lock_row(order_id), clock.now()
        row = Waiting.objects.filter(order=order, is_waiting=True, noted_at__isnull=True).first()
        if row is None or row.due_at > now or not _waits(order):
            raise NotDue("not_due", _("It is not time yet."))
        Waiting.objects.filter(order=order).update(noted_at=now)
        move(order, "order.note_uncollected", actor=SYSTEM, data={"days": (now - row.since).days})


@contextmanager
def _tending(
    order_id: int, verb: str, actor: Actor, expected_version: int | None
) -> Iterator[tuple[Order, Waiting]]:
    """An order that is locked for a verb, with its row. Raises Refused `not_waiting`, and as `lock_order`."""
    with locked_order(order_id, verb, actor, expected_version) as order:
        row = Waiting.objects.filter(order=order, is_waiting=True).first()
        if row is None:
            raise Refused("not_waiting", _("This order does not wait at a counter."))
        yield order, row


def remind_pickup(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Have the buyer told that the goods wait. Raises Refused `reminded_lately`, `not_waiting`, and as `lock_order`."""
    with _tending(order_id, "order.remind_pickup", actor, expected_version) as (order, row):
        now = clock.now()
        if row.reminded_at and row.reminded_at + REMIND_EVERY > now:
            message = _("The buyer was reminded within the last 3 days. Once in 3 days is enough.")
            raise Refused("reminded_lately", message)
        Waiting.objects.filter(order=order).update(reminded_at=now)
        move(order, "order.remind_pickup", actor=actor)
    return order


def snooze_pickup(
    order_id: int, *, until: datetime, reason: str, actor: Actor, expected_version: int | None = None
) -> Order:
    """Nobody need look at it before `until`. Raises Refused `reason_required`, `bad_moment` (400), `not_waiting`."""
    if not reason.strip():
        raise Refused("reason_required", _("Say why, in a few words."), 400)
    if not clock.now() < until <= clock.now() + LONGEST_SNOOZE:
        raise Refused("bad_moment", _("Choose a moment in the next 14 days."), 400)
    with _tending(order_id, "order.snooze_pickup", actor, expected_version) as (order, _row):
        Waiting.objects.filter(order=order).update(snoozed_until=until)
        sealed = seal_words(order, reason=reason.strip()[:LONGEST])
        move(order, "order.snooze_pickup", actor=actor, data={"until": until.isoformat()}, sealed=sealed)
    return order


def store_goods(order_id: int, *, text: str, actor: Actor, expected_version: int | None = None) -> Order:
    """Write where the goods of an order lie; the same again is no change. Raises Refused `not_waiting`."""
    with _tending(order_id, "order.store_goods", actor, expected_version) as (order, row):
        was, now_ = row.storage_note, text.strip()[:LONGEST]
        if was != now_:
            row.storage_note = now_
            row.save(update_fields=["storage_note"])
            sealed = json.dumps({"before": was, "after": now_}, ensure_ascii=False)
            move(order, "order.store_goods", actor=actor, sealed=sealed)
    return order
