"""Which orders a press speaks of: those chosen one by one, all results of a filter, or those of a job."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from orders.desk.list.filters import Filters
from orders.models import Order
from orders.scope import orders_in_scope
from shop.actor import Actor
from shop.http.api.fields import read_id
from shop.jobs.models import JobRow
from shop.jobs.selectors import list_jobs

MOST_NUMBERS = 200


@dataclass(frozen=True)
class Selection:
    """What was sent: `is_all` speaks of the filter, a job of its orders, else the numbers count."""

    numbers: list[str]
    filters: Filters
    is_all: bool
    job_id: int

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields with which a form says the same."""
        kept = [("filter", self.filters.make_url("").removeprefix("?"))]
        if self.is_all:
            return [*kept, ("all", "1")]
        if self.job_id:
            return [*kept, ("job", str(self.job_id))]
        return [*kept, *(("number", number) for number in self.numbers)]

    def find_named(self, actor: Actor) -> QuerySet[Order]:
        """The orders of the actor's that were chosen one by one, or that are those of their job."""
        seen = orders_in_scope(actor)
        if not self.job_id:
            return seen.filter(number__in=set(self.numbers))
        jobs = list_jobs(actor).filter(pk=self.job_id, kind__startswith="order.")
        return seen.filter(pk__in=JobRow.objects.filter(job__in=jobs).values("subject_id"))


def read_selection(data: QueryDict) -> Selection:
    """What a form or an address chose."""
    job_id = max(read_id(data.get("job", "")), 0)
    filters = Filters(QueryDict(data.get("filter", "")))
    return Selection(_read_numbers(data), filters, "all" in data, job_id)


def _read_numbers(data: QueryDict) -> list[str]:
    """Order numbers as far as they can be some; what is none finds nothing."""
    numbers = data.getlist("number")[:MOST_NUMBERS]
    return [number for number in numbers if number.isascii() and number.isdecimal() and len(number) <= 18]
