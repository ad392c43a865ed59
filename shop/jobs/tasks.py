"""Working on jobs in the background: tasks carry the job's id and may run twice."""

from celery import shared_task

from shop.events.sweeping import watched
from shop.jobs.running import run_slice


@shared_task
@watched("job.resume")
def run_job(job_id: int) -> None:
    """Work on a job for a while, then queue up again behind what came meanwhile."""
    if run_slice(job_id):
        run_job.delay(job_id)
