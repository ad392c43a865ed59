"""Orders as a live topic."""

from collections.abc import Collection

from orders.models import Order
from orders.scope import orders_in_scope
from shop.access import has_capability
from shop.actor import Actor
from shop.live import live_topic


@live_topic(Order.subject_kind)
def find_audible_orders(actor: Actor, ids: Collection[int]) -> set[int]:
    if not has_capability(actor, "orders.view"):
        return set()
    return set(orders_in_scope(actor).filter(pk__in=ids).values_list("pk", flat=True))
