"""Days whose bills are ready, and bills to fetch: what a worker left behind is taken up when its lease is over."""

from datetime import timedelta

from orders.bills.models import Bill
from orders.bills.selectors import list_days_to_open, list_due
from orders.bills.services.fetching import open_bills
from orders.bills.tasks import fetch_bill
from shop import clock
from shop.events.registry import due
from shop.queues import JOBS

_TASK_LEASE_S = 300


@due("bill.open", find=list_days_to_open)
def open_bills_of_day(ordinal: int) -> None:
    open_bills(ordinal)


@due("bill.fetch", find=list_due, outside=True, queue=JOBS)
def fetch_due_bill(bill_id: int) -> None:
    due_at = Bill.objects.get(pk=bill_id).next_try_at
    fetch_bill.apply_async((bill_id,), expires=_TASK_LEASE_S)
    # The task may have been faster, and has said itself when to try again, or never.
    mine = Bill.objects.filter(pk=bill_id, next_try_at=due_at, next_try_at__isnull=False)
    mine.update(next_try_at=clock.now() + timedelta(seconds=_TASK_LEASE_S))
