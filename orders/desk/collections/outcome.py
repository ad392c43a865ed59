"""What became of the couriers that a job had called, and what one does after a job that has shipped."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from orders.collections.models import BY_HAND, OVER, Collection, CollectionState
from orders.scope import rows_in_scope, scope_key
from shop.access import has_capability
from shop.actor import Actor
from shop.jobs.models import Job, JobRow, RowState
from shop.jobs.registry import Outcome
from shop.jobs.selectors import list_rows

_COUNTED = {
    "called": (CollectionState.CALLED,),
    "by_hand": BY_HAND,
    "refused": OVER,
    "waiting": (CollectionState.REQUESTED, CollectionState.CANCELLING),
    "unsure": (CollectionState.UNKNOWN,),
}


@dataclass(frozen=True)
class Tally:
    """How many orders of a job have a courier in which state: the newest collection of each counts."""

    called: int
    by_hand: int
    refused: int
    waiting: int
    unsure: int


def _newest_of(order_ids: Any, actor: Actor) -> "QuerySet[Collection]":
    newest = Collection.objects.filter(order=OuterRef("order")).order_by("-pk").values("pk")[:1]
    rows = Collection.objects.filter(order__in=order_ids, pk=Subquery(newest))
    return rows_in_scope(rows, scope_key(actor))


def _count(job: Job, actor: Actor) -> Tally:
    done = list_rows(job, state=RowState.DONE).values("subject_id")
    counted = {name: Count("pk", filter=Q(state__in=states)) for name, states in _COUNTED.items()}
    return Tally(**_newest_of(done, actor).aggregate(**counted))


def read_handed_over(job: Job, rows: Sequence[JobRow], actor: Actor) -> dict[str, Any]:
    """Of the job how many couriers come, and of each row what stands of it or what the provider said."""
    tally = _count(job, actor)
    asked = [row.subject_id for row in rows if row.state == RowState.DONE]
    return {
        "tally": tally,
        "collections": {row.order_id: row for row in _newest_of(asked, actor).select_related("parcel")},
        "may_ship": has_capability(actor, "orders.ship"),
        "mark": "-".join(map(str, (job.tried, *astuple(tally)))),
    }


def read_shipped(_job: Job, _rows: Sequence[JobRow], actor: Actor) -> dict[str, Any]:
    """What is sent can be handed over by the next press."""
    return {"may_ship": has_capability(actor, "orders.ship")}


HANDED_OVER = Outcome("desk/collections/_outcome.html", read_handed_over)
SHIPPED = Outcome("desk/collections/_shipped.html", read_shipped)
