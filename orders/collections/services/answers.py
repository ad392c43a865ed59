"""What a provider says of a collection, applied once under its lock; and who may ask meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from orders.collections.models import ASKED, SETTLED, Collection, CollectionState
from orders.collections.services.asking import describe_collection
from orders.collections.services.ending import end_collection
from shop import clock
from shop.actor import Actor, ActorKind
from shop.moves.services import lock_row, move

LEASE = timedelta(seconds=60)
PATIENCE = timedelta(minutes=10)
"""After so long without an answer a person hears of it."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 600
_UNSETTLED = (CollectionState.REQUESTED, CollectionState.UNKNOWN)


def lease_collection(collection_id: int) -> Collection | None:
    """Take the only right to talk to the provider about it for a while; None when somebody has it."""
    moment = clock.now()
    free = Collection.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment), pk=collection_id, state__in=ASKED
    )
    if not free.update(lease_until=moment + LEASE, tries=F("tries") + 1):
        return None
    return Collection.objects.select_related("order__customer", "sender", "parcel").get(pk=collection_id)


def note_sending(collection: Collection) -> None:
    """From now on the provider may have heard of it, so that a later “no” proves nothing."""
    Collection.objects.filter(pk=collection.pk, sent_at=None).update(sent_at=clock.now())


def note_unsent(collection: Collection) -> None:
    """This try did not get there: if it was the first, nothing happened."""
    if collection.sent_at is None:
        Collection.objects.filter(pk=collection.pk, tries=collection.tries).update(sent_at=None)


def put_off(collection: Collection, *, error: str) -> None:
    """Ask again later, under the same code. Without effect when another try has begun."""
    wait = min(_FIRST_WAIT_S * 2 ** min(collection.tries - 1, 8), _LONGEST_WAIT_S)
    mine = Collection.objects.filter(pk=collection.pk, tries=collection.tries, state__in=ASKED)
    mine.update(lease_until=None, next_try_at=clock.now() + timedelta(seconds=wait), last_error=error[:200])
    if collection.stuck_at is None and collection.asked_at <= clock.now() - PATIENCE:
        stuck = {"stuck_at": clock.now()}
        _apply(collection, "collection.linger", ASKED, error, changes=stuck)


def apply_called(collection: Collection) -> None:
    """The courier comes."""
    _apply(collection, "collection.called", _UNSETTLED, is_answer=True)


def refuse_collection(collection: Collection, *, error: str) -> None:
    """Nobody comes. Without effect when another try has begun."""
    _apply(collection, "collection.fail", _UNSETTLED, error)


def lose_collection(collection: Collection, *, error: str) -> None:
    """No answer that can be believed: somebody may come, so it is asked about under its code."""
    _apply(collection, "collection.lose", (CollectionState.REQUESTED,), error, changes={})
    put_off(collection, error=error)


def apply_called_off(collection: Collection) -> None:
    """Nobody need come."""
    _apply(collection, "collection.cancelled", (CollectionState.CANCELLING,), is_answer=True)


def keep_collection(collection: Collection, *, error: str) -> None:
    """The courier comes all the same, as far as the provider says."""
    _apply(collection, "collection.keep", (CollectionState.CANCELLING,), error)


def _apply(
    collection: Collection,
    verb: str,
    states: Sequence[CollectionState],
    error: str = "",
    *,
    changes: dict[str, Any] = SETTLED,
    is_answer: bool = False,
) -> None:
    """Move the row if it still waits for this; a “yes” counts whichever try it is the answer to."""
    with transaction.atomic():
        current = lock_row(Collection, collection.pk)
        if current.state not in states or not (is_answer or current.tries == collection.tries):
            return
        actor = Actor(ActorKind.GATEWAY, name=collection.provider)
        data = describe_collection(current) | ({"error": error[:200]} if error else {})
        move(current, verb, actor=actor, changes=changes | {"last_error": error[:200]}, data=data)
        # One that is not called off stays with people: asked for again at once, it would be refused for ever.
        if current.is_needless and verb == "collection.called":
            end_collection(current)
