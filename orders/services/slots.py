"""The time slots of pickup stores: how many orders have chosen each, and choosing one."""

from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from orders.stages import Stage
from shop import clock
from shop.database.named_locks import Named, hash_text, lock_named
from shop.errors import Refused
from shop.store.models import PickupStore
from shop.store.pickup_stores.slots import Slot, find_slot, list_slots

NO_SLOT: dict[str, datetime | None] = {"pickup_from": None, "pickup_until": None}
"""The columns of an order whose buyer comes at any time, or not at all."""


def choose_slot(store: PickupStore, starts_at: datetime | None) -> dict[str, datetime | None]:
    """The columns of an order whose buyer comes to this store at this time.

    It is the order's once that is committed; those who choose the same time wait for each other. Raises Refused
    `slot_full`, and as `find_slot` does.
    """
    slot = find_slot(store, starts_at, clock.now())
    if slot is None:
        return dict(NO_SLOT)
    lock_named(Named.SLOTS, [hash_text(str(store.pk), slot.starts_at.isoformat())])
    _require_room(store, slot)
    return {"pickup_from": slot.starts_at, "pickup_until": slot.ends_at}


def check_slot(store: PickupStore, starts_at: datetime | None) -> None:
    """Raise Refused as `choose_slot` would now; nothing is taken."""
    if slot := find_slot(store, starts_at, clock.now()):
        _require_room(store, slot)


def _require_room(store: PickupStore, slot: Slot) -> None:
    taken = count_taken(store, slot.starts_at, slot.starts_at).get(slot.starts_at, 0)
    if taken >= (store.slot_orders or 0):
        raise Refused("slot_full", _("This time is taken by others. Choose another one."))


def count_taken(store: PickupStore, first: datetime, last: datetime) -> dict[datetime, int]:
    """How many orders come at each time from `first` to `last`; those that were closed do not."""
    coming = store.orders.filter(pickup_from__range=(first, last)).exclude(stage=Stage.CLOSED)
    counts = coming.order_by().values_list("pickup_from").annotate(n=Count("pk"))
    return {at: n for at, n in counts if at}


def list_left(store: PickupStore) -> list[tuple[Slot, int]]:
    """Each slot that is offered, with how many orders may still choose it; one query."""
    slots = list_slots(store, clock.now())
    taken = count_taken(store, slots[0].starts_at, slots[-1].starts_at) if slots else {}
    most = store.slot_orders or 0
    return [(slot, max(most - taken.get(slot.starts_at, 0), 0)) for slot in slots]
