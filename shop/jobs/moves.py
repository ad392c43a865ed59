"""What may happen to a job. While a worker gathers and does its rows, its lease guards it instead."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.jobs import telling as telling  # with the table, whatever tells it
from shop.jobs.models import AT_WORK, OPEN_STATES, Job, JobState
from shop.jobs.selectors import list_jobs
from shop.moves.table import BY_SHOP, BY_SYSTEM, NOWHERE, Move, Subject, register, to

_SIZE = {"total": int}
_MADE = _SIZE | {"kind": str}
_DONE = _SIZE | {"done": int, "failed": int}

# What a job does has a capability of its own, which its kind names (`shop/jobs/registry.py`).
JOBS = register(
    Subject(
        Job,
        _("Job"),
        (
            Move("job.make", "", _("Job started"), to(JobState.RUNNING, NOWHERE), BY_SHOP, facts=_MADE),
            Move("job.check", "", _("Sheet checked"), to(JobState.CHECKED, *AT_WORK), BY_SYSTEM, facts=_SIZE),
            Move(
                "job.confirm",
                _("Confirm"),
                _("Sheet confirmed"),
                to(JobState.RUNNING, JobState.CHECKED),
                BY_SHOP,
                facts={"left": int},
            ),
            Move("job.finish", "", _("Job finished"), to(JobState.DONE, *AT_WORK), BY_SYSTEM, facts=_DONE),
            Move(
                "job.cancel",
                _("Cancel"),
                _("Job cancelled"),
                to(JobState.CANCELLED, *OPEN_STATES),
                BY_SHOP,
                facts=_DONE,
            ),
            Move("job.stop", "", _("Job stopped"), to(JobState.STOPPED, *AT_WORK), BY_SYSTEM, facts=_DONE),
        ),
        _("There is no such job."),
        scope=list_jobs,
        name=lambda job: str(job.pk),
        url=lambda job: reverse("jobs:job", args=[job.pk]),
    )
)
