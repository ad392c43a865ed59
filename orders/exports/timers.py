"""Going on with exports whose worker died or whose task was lost, and making those that repeat."""

from orders.exports.models import Export
from orders.exports.selectors import list_due_to_repeat, list_due_to_resume
from orders.exports.services.asking import RESUME_AFTER
from orders.exports.services.repeating import repeat_export
from orders.exports.tasks import run_export
from shop import clock
from shop.events.registry import due
from shop.queues import JOBS


@due("export.resume", find=list_due_to_resume, outside=True, queue=JOBS)
def resume_export(export_id: int) -> None:
    run_export.apply_async((export_id,), expires=RESUME_AFTER.total_seconds())
    Export.objects.filter(pk=export_id).update(resume_at=clock.now() + RESUME_AFTER)


@due("export.repeat", find=list_due_to_repeat)
def repeat_due_export(schedule_id: int) -> None:
    repeat_export(schedule_id)
