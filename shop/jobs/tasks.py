"""Working on jobs in the background: tasks carry the job's id and may run twice."""

from celery import shared_task

from shop.events.sweeping import watched
from shop.jobs.models import Job
from shop.jobs.running import run_slice


@shared_task
@watched("job.resume")
def run_job(job_id: int, after: str | None = None) -> None:
    """Work on a job for a while, then queue up again behind what came meanwhile; `after` as in `run_slice`."""
    if run_slice(job_id, after=after):
        queue_up(job_id)


def queue_up(job_id: int) -> None:
    """Have a worker go on with the job.

    However many tasks wait for a worker, the first that runs makes the others void: else each would queue up again.
    """
    last = Job.objects.filter(pk=job_id).values_list("lease", flat=True).first()
    run_job.delay(job_id, last)
