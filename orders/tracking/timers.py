"""Parcels to be asked about, parcels that have been silent for too long, and what was pushed."""

from collections.abc import Sequence
from datetime import timedelta

from orders.tracking.models import Tracking
from orders.tracking.selectors import list_due, list_pushes, list_silent
from orders.tracking.services.board import stall_tracking
from orders.tracking.services.pushes import READ_AT_ONCE, take_pushes
from orders.tracking.tasks import ask_tracker
from shop import clock
from shop.events.registry import due, due_together
from shop.queues import CARRIERS

_TASK_LEASE_S = 60


@due("tracking.ask", find=list_due, outside=True, queue=CARRIERS)
def ask_again(tracking_id: int) -> None:
    ask_tracker.apply_async((tracking_id,), expires=_TASK_LEASE_S)
    mine = Tracking.objects.filter(pk=tracking_id, next_query_at__isnull=False)
    mine.update(next_query_at=clock.now() + timedelta(seconds=_TASK_LEASE_S))


@due("tracking.stall", find=list_silent)
def stall(tracking_id: int) -> None:
    stall_tracking(tracking_id)


@due_together("tracking.take_push", find=list_pushes, most=READ_AT_ONCE)
def take(push_ids: Sequence[int]) -> None:
    take_pushes(push_ids)
