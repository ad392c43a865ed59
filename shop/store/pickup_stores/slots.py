"""Time slots: parts of a store's opening hours of which a buyer chooses one to come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.store.models import PickupStore
from shop.store.pickup_stores.hours import list_ranges

DAYS = 7
"""Slots are offered of today and of the days after it, so many in all."""
LENGTHS = (15, 30, 60, 120, 240)
"""In minutes."""


@dataclass(frozen=True)
class Slot:
    """Two moments."""

    starts_at: datetime
    ends_at: datetime


def list_slots(store: PickupStore, now: datetime) -> list[Slot]:
    """Those that have not begun, the soonest first; none where buyers come at any time, or the store is off."""
    if not store.slot_minutes:
        return []
    length, today = timedelta(minutes=store.slot_minutes), timezone.localdate(now)
    days = (today + timedelta(days=count) for count in range(DAYS))
    return [slot for day in days for slot in _split_day(store, day, length) if slot.starts_at > now]


def _split_day(store: PickupStore, day: date, length: timedelta) -> Iterator[Slot]:
    """What fits whole into the ranges of a day."""
    for start, end in list_ranges(store, day):
        at, until = _read(day, start), _read(day, end)
        while at + length <= until:
            yield Slot(timezone.make_aware(at), timezone.make_aware(at + length))
            at += length


def _read(day: date, words: str) -> datetime:
    """A time of this day as it is stored; 24:00 is its end."""
    hour, minute = (int(part) for part in words.split(":"))
    return datetime.combine(day, time.min) + timedelta(hours=hour, minutes=minute)


def find_slot(store: PickupStore, starts_at: datetime | None, now: datetime) -> Slot | None:
    """The slot that begins then, None where buyers come at any time and nothing was chosen.

    Raises Refused `slot_needed`, `no_slot` (400).
    """
    if starts_at is None:
        if store.slot_minutes:
            raise Refused("slot_needed", _("Choose when you come."), 400)
        return None
    slot = next((slot for slot in list_slots(store, now) if slot.starts_at == starts_at), None)
    if slot is None:
        raise Refused("no_slot", _("The store does not offer this time. Choose another one."), 400)
    return slot
