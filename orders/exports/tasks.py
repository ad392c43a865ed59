"""Writing exports in the background: tasks carry the export's id and may run twice."""

from celery import shared_task

from orders.exports.services.writing import write_export
from shop.events.sweeping import watched


@shared_task
@watched("export.resume")
def run_export(export_id: int) -> None:
    """Write the file of an export."""
    write_export(export_id)
