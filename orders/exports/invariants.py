"""Invariants of exports."""

from collections.abc import Iterator

from django.db.models import Q

from orders.exports.models import AT_WORK, Export, ExportSchedule, ExportState, ScheduleState
from shop.invariants import invariant


@invariant(
    "B18", "an export has a file only when it is ready, and forgets what chose its orders when it is over"
)
def exports_end_clean() -> Iterator[str]:
    early = Q(file__isnull=False) & ~Q(state=ExportState.DONE)
    unforgotten = ~Q(state__in=AT_WORK) & ~Q(sealed_parameters="")
    for export in Export.objects.filter(early | unforgotten):
        yield f"export {export.pk} is {export.state}"


@invariant("B18.1", "a repeated export has a next time exactly while it repeats")
def schedules_are_due() -> Iterator[str]:
    repeats = Q(state=ScheduleState.ACTIVE)
    for schedule in ExportSchedule.objects.filter(repeats & Q(next_at=None) | ~repeats & ~Q(next_at=None)):
        yield f"export schedule {schedule.pk} is {schedule.state}"
