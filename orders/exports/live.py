"""Exports as a live topic."""

from collections.abc import Collection

from orders.exports.models import Export
from orders.exports.selectors import list_exports
from shop.actor import Actor
from shop.live import live_topic


@live_topic(Export.subject_kind)
def find_audible_exports(actor: Actor, ids: Collection[int]) -> set[int]:
    return set(list_exports(actor).filter(pk__in=ids).values_list("pk", flat=True))
