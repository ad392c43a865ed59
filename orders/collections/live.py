"""Collections as a live topic: the page of an order follows what the provider says."""

from collections.abc import Collection as Ids

from orders.collections.models import Collection
from orders.scope import rows_in_scope, scope_key
from shop.access import has_capability
from shop.actor import Actor
from shop.live import live_topic


@live_topic(Collection.subject_kind)
def find_audible_collections(actor: Actor, ids: Ids[int]) -> set[int]:
    if not has_capability(actor, "orders.view"):
        return set()
    rows = rows_in_scope(Collection.objects.filter(pk__in=ids), scope_key(actor))
    return set(rows.values_list("pk", flat=True))
