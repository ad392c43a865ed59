"""What waits at the stores to be handed out, on the home page of those who hand out."""

from datetime import datetime

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.home.queues import SHOWN, Part, Queue, Waiting
from orders.desk.list.counts import Counts
from orders.desk.list.filters import Tab
from orders.models import Order
from orders.scope import real_orders_in_scope
from orders.stages import TO_SHIP
from shop.actor import Actor
from shop.http.query import make_url
from shop.store.choices import Delivery


def make_to_hand_out(_counts: Counts, actor: Actor, _now: datetime) -> Queue:
    """The orders that can be handed out now, those that wait longest first, and how many at each store: two queries."""
    waiting = real_orders_in_scope(actor).filter(
        delivery=Delivery.PICKUP, pickup_store__isnull=False, stage__in=TO_SHIP, is_held=False
    )
    parts = _count_by_store(waiting)
    rows = waiting.order_by("pk").values_list("pk", "pickup_store__name")[:SHOWN] if parts else ()
    first = [Waiting(pk, name) for pk, name in rows]
    count = sum(part.count for part in parts)
    return Queue("to_hand_out", _("To hand out"), "move", count, first, _find_list(), parts=parts)


def _count_by_store(waiting: "QuerySet[Order]") -> list[Part]:
    stores = waiting.order_by("pickup_store_id").values_list("pickup_store_id", "pickup_store__name")
    return [Part(name, n, _find_list(store=pk)) for pk, name, n in stores.annotate(n=Count("pk"))]


def _find_list(**more: int) -> str:
    return make_url(reverse("orders:list"), {"delivery": Delivery.PICKUP, "tab": Tab.TO_SHIP, **more})
