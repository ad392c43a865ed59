"""Enqueuing jobs."""

from shop.events.models import Event
from shop.events.registry import on
from shop.jobs.tasks import run_job
from shop.queues import JOBS


@on("job.make", "job.confirm", outside=True, queue=JOBS)
def enqueue_job(event: Event) -> None:
    run_job.delay(event.subject_id)
