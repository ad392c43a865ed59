"""E-waybills as a live topic: the ship dialog waits for their numbers."""

from collections.abc import Collection

from orders.scope import rows_in_scope, scope_key
from orders.waybills.models import Waybill
from shop.access import has_capability
from shop.actor import Actor
from shop.live import live_topic


@live_topic(Waybill.subject_kind)
def find_audible_waybills(actor: Actor, ids: Collection[int]) -> set[int]:
    if not has_capability(actor, "orders.ship"):
        return set()
    rows = rows_in_scope(Waybill.objects.filter(pk__in=ids), scope_key(actor))
    return set(rows.values_list("pk", flat=True))
