"""Stores are added, changed, and switched off and on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.errors import Refused
from shop.files.posted import check_count
from shop.moves.services import begin, locked, move
from shop.store.models import PickupStore, StorePicture
from shop.store.pickup_stores.selectors import MAX_STORES
from shop.words import fill

EDITABLE = (
    *("name", "phone", "province", "city", "district", "address_detail"),
    *("latitude", "longitude", "hours", "holidays", "slot_minutes", "slot_orders"),
)
MAX_PICTURES = 6


def add_store(values: Mapping[str, Any], *, pictures: Sequence[int] = (), actor: Actor) -> PickupStore:
    """A new store, open from now on, with its pictures (ids, in their order).

    Raises Refused `name_taken`, whose `extra["fields"]` names the field, `too_many_stores`, `too_many_pictures`.
    """
    store = PickupStore(**{name: values[name] for name in EDITABLE if name in values})
    with _named_once(), transaction.atomic():
        if PickupStore.objects.count() >= MAX_STORES:
            words = fill(_("A shop has at most %(most)d stores."), {"most": MAX_STORES})
            raise Refused("too_many_stores", words, 400)
        after = {name: _plain(getattr(store, name)) for name in EDITABLE}
        begin(store, "pickup_store.add", actor=actor, data={"before": {}, "after": after})
        _set_pictures(store, pictures)
    return store


def change_store(
    store_id: int,
    values: Mapping[str, Any],
    *,
    pictures: Sequence[int] | None = None,
    actor: Actor,
    expected_version: int | None = None,
) -> PickupStore:
    """Write the given columns, and the pictures unless they are None; nothing new is no change.

    Orders that were placed stay at their store. Raises Refused as `add_store`, and `stale`.
    """
    with (
        _named_once(),
        locked(PickupStore, store_id, "pickup_store.change", actor, expected_version) as store,
    ):
        changed = {
            name: values[name] for name in EDITABLE if name in values and values[name] != getattr(store, name)
        }
        facts: dict[str, Any] = {
            "before": {name: _plain(getattr(store, name)) for name in changed},
            "after": {name: _plain(value) for name, value in changed.items()},
        }
        if pictures is not None and list(pictures) != list_picture_ids(store):
            _set_pictures(store, pictures)
            facts["pictures"] = len(pictures)
        if changed or "pictures" in facts:
            move(store, "pickup_store.change", actor=actor, changes=changed, data=facts)
    return store


def close_store(store_id: int, *, actor: Actor, expected_version: int | None = None) -> PickupStore:
    """Offer the store no more; orders that wait there are still handed out. Raises Refused `already_done`, `stale`."""
    with locked(PickupStore, store_id, "pickup_store.close", actor, expected_version) as store:
        move(store, "pickup_store.close", actor=actor, changes={"is_open": False})
    return store


def open_store(store_id: int, *, actor: Actor, expected_version: int | None = None) -> PickupStore:
    """Offer the store again. Raises Refused `already_done`, `stale`."""
    with locked(PickupStore, store_id, "pickup_store.open", actor, expected_version) as store:
        move(store, "pickup_store.open", actor=actor, changes={"is_open": True})
    return store


@contextmanager
def _named_once() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        words = _("Another store has this name already.")
        raise Refused("name_taken", words, fields=["name"]) from error


def list_picture_ids(store: PickupStore) -> list[int]:
    """The ids of a store's pictures, in their order."""
    return list(store.pictures.order_by("position").values_list("picture_id", flat=True))


def _set_pictures(store: PickupStore, pictures: Sequence[int]) -> None:
    check_count(len(pictures), MAX_PICTURES)
    store.pictures.all().delete()
    StorePicture.objects.bulk_create(
        StorePicture(store=store, picture_id=picture_id, position=position)
        for position, picture_id in enumerate(pictures)
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
