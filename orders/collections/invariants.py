"""Invariants of collections."""

from collections.abc import Iterator

from django.db.models import Q

from orders.collections.models import ASKED, Collection
from shop.invariants import in_scope, invariant


@invariant("B7.3", "a collection waits for an answer exactly while a provider is to be asked")
def waiting_collections_are_asked() -> Iterator[str]:
    is_asked, waits = Q(state__in=ASKED), Q(next_try_at__isnull=False)
    wrong = Collection.objects.filter(is_asked & ~waits | ~is_asked & waits)
    for collection in in_scope(wrong, orders="order"):
        yield f"collection {collection.code} is {collection.state}"
