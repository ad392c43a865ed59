"""Enqueuing exports."""

from orders.exports.tasks import run_export
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import JOBS


@on("export.ask", outside=True, queue=JOBS)
def enqueue_export(event: Event) -> None:
    run_export.delay(event.subject_id)
