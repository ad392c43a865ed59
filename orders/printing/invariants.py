"""Invariants of print jobs."""

from collections.abc import Iterator

from django.db.models import Q

from orders.printing.models import OPEN, PrintJob, PrintState
from shop.invariants import in_scope, invariant


@invariant("B14", "a print job waits for its printer exactly while there is something to ask it")
def waiting_jobs_are_asked() -> Iterator[str]:
    waits = Q(next_try_at__isnull=False)
    can_be_asked = Q(state=PrintState.WAITING) | Q(state=PrintState.SENT) & ~Q(reference="")
    wrong = can_be_asked & ~waits | ~Q(state__in=OPEN) & waits
    for job in in_scope(PrintJob.objects.filter(wrong), orders="order"):
        yield f"print job {job.code} is {job.state}"
