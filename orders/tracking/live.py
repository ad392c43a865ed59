"""Journeys as a live topic: the page of an order follows what couriers tell."""

from collections.abc import Collection

from orders.scope import rows_in_scope, scope_key
from orders.tracking.models import Tracking
from shop.access import has_capability
from shop.actor import Actor
from shop.live import live_topic


@live_topic(Tracking.subject_kind)
def find_audible_trackings(actor: Actor, ids: Collection[int]) -> set[int]:
    if not has_capability(actor, "orders.view"):
        return set()
    rows = rows_in_scope(Tracking.objects.filter(pk__in=ids), scope_key(actor))
    return set(rows.values_list("pk", flat=True))
