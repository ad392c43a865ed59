"""Jobs as a live topic."""

from collections.abc import Collection

from shop.actor import Actor
from shop.jobs.models import Job
from shop.jobs.selectors import list_jobs
from shop.live import live_topic


@live_topic(Job.subject_kind)
def find_audible_jobs(actor: Actor, ids: Collection[int]) -> set[int]:
    return set(list_jobs(actor).filter(pk__in=ids).values_list("pk", flat=True))
