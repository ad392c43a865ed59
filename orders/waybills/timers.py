"""E-waybills whose provider has not answered yet: asked again under the same code."""

from datetime import timedelta

from orders.waybills.models import ASKED, Waybill
from orders.waybills.selectors import list_due
from orders.waybills.tasks import ask_provider
from shop import clock
from shop.events.registry import due
from shop.queues import CARRIERS

_TASK_LEASE_S = 60


@due("waybill.ask", find=list_due, outside=True, queue=CARRIERS)
def ask_again(waybill_id: int) -> None:
    ask_provider.apply_async((waybill_id,), expires=_TASK_LEASE_S)
    mine = Waybill.objects.filter(pk=waybill_id, state__in=ASKED, next_try_at__isnull=False)
    mine.update(next_try_at=clock.now() + timedelta(seconds=_TASK_LEASE_S))
