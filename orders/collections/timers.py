"""Collections whose provider has not answered yet: asked again under the same code."""

from datetime import timedelta

from orders.collections.models import ASKED, Collection
from orders.collections.selectors import list_due
from orders.collections.tasks import ask_caller
from shop import clock
from shop.events.registry import due
from shop.queues import CARRIERS

_TASK_LEASE_S = 60


@due("collection.ask", find=list_due, outside=True, queue=CARRIERS)
def ask_again(collection_id: int) -> None:
    ask_caller.apply_async((collection_id,), expires=_TASK_LEASE_S)
    mine = Collection.objects.filter(pk=collection_id, state__in=ASKED, next_try_at__isnull=False)
    mine.update(next_try_at=clock.now() + timedelta(seconds=_TASK_LEASE_S))
