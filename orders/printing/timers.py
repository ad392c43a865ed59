"""Print jobs whose printer is to be asked: what waits, and what was taken on and may be on paper by now."""

from datetime import timedelta

from orders.printing.models import OPEN, PrintJob
from orders.printing.selectors import list_due
from orders.printing.tasks import ask_printer
from shop import clock
from shop.events.registry import due
from shop.queues import CARRIERS

_TASK_LEASE_S = 60


@due("print.ask", find=list_due, outside=True, queue=CARRIERS)
def ask_again(job_id: int) -> None:
    ask_printer.apply_async((job_id,), expires=_TASK_LEASE_S)
    mine = PrintJob.objects.filter(pk=job_id, state__in=OPEN, next_try_at__isnull=False)
    mine.update(next_try_at=clock.now() + timedelta(seconds=_TASK_LEASE_S))
