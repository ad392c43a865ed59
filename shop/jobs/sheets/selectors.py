"""Reading the rows of jobs that were made of sheets."""

from collections.abc import Sequence

from django.db.models import Count, QuerySet

from shop.jobs.models import Job, JobRow, RowContent
from shop.jobs.sheets.checking import Fate
from shop.jobs.sheets.content import Content, read_content


def list_contents(rows: Sequence[JobRow]) -> dict[int, Content]:
    """Row number → its content, empty where it is no longer kept; one query."""
    kept = RowContent.objects.in_bulk([row.pk for row in rows])
    return {row.position: read_content(kept[row.pk].sealed if row.pk in kept else "") for row in rows}


def count_fates(job: Job) -> dict[str, int]:
    """How many rows of the job have which fate; one look at an index."""
    counted = job.rows.filter(fate__isnull=False).values_list("fate").order_by("fate").annotate(Count("pk"))
    found = dict(counted)
    return {fate.value: found.get(fate.value, 0) for fate in Fate}


def count_unchanged(jobs: Sequence[Job]) -> dict[int, int]:
    """Job id → how many of its rows asked for nothing; one look at an index for all of them."""
    rows = JobRow.objects.filter(job__in=jobs, fate=Fate.SAME).order_by()
    return dict(rows.values_list("job").annotate(Count("pk")))


def list_by_fate(job: Job, fate: str) -> "QuerySet[JobRow]":
    """The rows in the order of the sheet, of one fate where it is given."""
    rows = job.rows.order_by("position")
    return rows.filter(fate=fate) if fate else rows
