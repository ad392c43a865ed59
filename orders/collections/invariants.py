"""Invariants of collections."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from orders.collections.models import ASKED, BY_HAND, Collection, CollectionState
from orders.models import Order
from orders.shipping.models import ParcelState
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant


@invariant("B7.3", "a collection waits for an answer exactly while a provider is to be asked")
def waiting_collections_are_asked() -> Iterator[str]:
    is_asked, waits = Q(state__in=ASKED), Q(next_try_at__isnull=False)
    is_stuck = Q(stuck_at__isnull=False)
    wrong = Collection.objects.filter(is_asked & ~waits | ~is_asked & (waits | is_stuck))
    for collection in in_scope(wrong, orders="order"):
        yield f"collection {collection.code} is {collection.state}"


@invariant(
    "B7.4", "once delivery has drained, nobody is called for a parcel that was taken back or goes another way"
)
def nobody_comes_for_nothing() -> Iterator[str]:
    is_needless = Q(parcel__state=ParcelState.UNDONE) | ~Q(parcel__courier=F("courier"))
    settled = Q(state__in=(CollectionState.CALLED, *BY_HAND), last_error="")
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind=Order.subject_kind, event__subject_id=OuterRef("order")
    )
    wrong = Collection.objects.filter(is_needless & settled).exclude(Exists(waiting))
    for collection in in_scope(wrong, orders="order"):
        yield f"collection {collection.code} is {collection.state} though nobody need come"
