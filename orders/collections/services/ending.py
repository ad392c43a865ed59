"""The end of a collection: somebody calls it off, or its parcel is taken back."""

from collections.abc import Iterable

from django.db import transaction

from orders.collections.models import BY_HAND, SETTLED, Collection, CollectionState
from orders.collections.selectors import find_live
from orders.collections.services.asking import describe_collection
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.moves.services import lock_row, locked, move


def call_off(collection_id: int, *, actor: Actor, expected_version: int | None = None) -> Collection:
    """Have the provider call the courier off, or take back what somebody said. Raises Refused as `lock_subject`."""
    is_by_hand = Collection.objects.filter(pk=collection_id, state__in=BY_HAND).exists()
    verb = "collection.take_back" if is_by_hand else "collection.cancel"
    with locked(Collection, collection_id, verb, actor, expected_version) as collection:
        _end(collection, verb, actor)
    return collection


def call_off_by_phone(collection_id: int, *, actor: Actor, expected_version: int | None = None) -> Collection:
    """Somebody has told the courier, whom the provider did not call off. Raises Refused as `lock_subject`."""
    verb = "collection.cancel_by_phone"
    with locked(Collection, collection_id, verb, actor, expected_version) as collection:
        data = describe_collection(collection)
        move(collection, verb, actor=actor, changes=SETTLED | {"last_error": ""}, data=data)
    return collection


def end_needless(parcel_ids: Iterable[int]) -> None:
    """End the collections for which nobody need come; one that is just being asked about ends with its answer."""
    for parcel_id in parcel_ids:
        if live := find_live(parcel_id):
            with transaction.atomic():
                collection = lock_row(Collection, live.pk)
                if collection.is_needless:
                    end_collection(collection)


def end_collection(collection: Collection) -> None:
    """End the locked collection of a parcel for which nobody need come, if it is settled."""
    if collection.state == CollectionState.CALLED:
        _end(collection, "collection.cancel", SYSTEM)
    elif collection.state in BY_HAND:
        _end(collection, "collection.take_back", SYSTEM)


def _end(collection: Collection, verb: str, actor: Actor) -> None:
    moment = clock.now()
    to_be_asked = {"asked_at": moment, "next_try_at": moment, "sent_at": None}
    changes = {"last_error": "", **(to_be_asked if verb == "collection.cancel" else {})}
    move(collection, verb, actor=actor, changes=changes, data=describe_collection(collection))
