"""Going on with jobs whose worker died or whose task was lost."""

from shop import clock
from shop.events.registry import due
from shop.jobs.models import Job
from shop.jobs.selectors import list_due_to_forget, list_due_to_resume
from shop.jobs.services import RESUME_AFTER, forget_sheet
from shop.jobs.tasks import queue_up
from shop.queues import JOBS


@due("job.resume", find=list_due_to_resume, outside=True, queue=JOBS)
def resume_job(job_id: int) -> None:
    queue_up(job_id)
    Job.objects.filter(pk=job_id).update(resume_at=clock.now() + RESUME_AFTER)


@due("job.forget", find=list_due_to_forget)
def forget_job_sheet(job_id: int) -> None:
    forget_sheet(job_id)
