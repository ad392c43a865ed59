"""What became of the e-waybills that a job asked for, and what one does with them next."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from orders.desk.waybills.presses import MOST
from orders.scope import scope_key
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.selectors import list_printable, map_shared, newest_of_orders
from shop.access import has_capability
from shop.actor import Actor
from shop.jobs.models import Job, JobRow, RowState
from shop.jobs.registry import Outcome
from shop.jobs.selectors import list_rows

_COUNTED = {
    "issued": (WaybillState.ISSUED,),
    "used": (WaybillState.USED,),
    "refused": (WaybillState.FAILED,),
    "waiting": (WaybillState.REQUESTED,),
    "unsure": (WaybillState.UNKNOWN,),
    "disputed": (WaybillState.DISPUTED,),
}


@dataclass(frozen=True)
class Tally:
    """How many orders of a job have an e-waybill in which state; of the `printable` labels some were never printed."""

    issued: int
    used: int
    refused: int
    waiting: int
    unsure: int
    disputed: int
    printable: int = 0
    unprinted: int = 0


def find_orders(job: Job) -> "QuerySet[Any]":
    """The ids of the orders for which the job has asked."""
    return list_rows(job, state=RowState.DONE).values("subject_id")


def count_waybills(job: Job, actor: Actor) -> Tally:
    """Two queries, however many rows."""
    newest = newest_of_orders(find_orders(job), scope_key(actor))
    counted = newest.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in _COUNTED.items()}
    )
    labels = list_printable(find_orders(job), scope_key(actor)).order_by()
    printed = labels.aggregate(printable=Count("pk"), unprinted=Count("pk", filter=Q(prints=0)))
    return Tally(**counted, **printed)


def _map_newest(rows: Sequence[JobRow], actor: Actor) -> dict[int, Waybill]:
    """Order id → its newest e-waybill, or the one of all that goes together with it, for the rows of one page."""
    asked = [row.subject_id for row in rows if row.state == RowState.DONE]
    own = {waybill.order_id: waybill for waybill in newest_of_orders(asked, scope_key(actor))}
    return map_shared([pk for pk in asked if pk not in own], scope_key(actor)) | own


def read_labels(job: Job, rows: Sequence[JobRow], actor: Actor) -> dict[str, Any]:
    """Of the job how many labels there are, and of each row its number or what the provider said."""
    tally = count_waybills(job, actor)
    return {
        "tally": tally,
        "waybills": _map_newest(rows, actor),
        "may_ship": has_capability(actor, "orders.ship"),
        "most_printed": MOST,
        "mark": "-".join(map(str, (job.tried, *astuple(tally)))),
    }


LABELS = Outcome("desk/waybills/_outcome.html", read_labels)
