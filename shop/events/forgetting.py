"""Forgetting rows whose time is over: by their ids, which rise with time, so that no index is kept for it."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from shop import clock
from shop.events.registry import due

BATCH = 1_000
_PEEK = 50
Rows = Callable[[], "QuerySet[Any]"]


def forget_after(name: str, rows: Rows, column: str, kept_for: timedelta) -> None:
    """Declare a timer that deletes `rows()` whose `column` is older than `kept_for`, a batch in each round.

    A look at the first rows tells whether there is anything to do; no table is read.
    """

    def find(now: datetime, skip: Collection[int], _limit: int) -> list[int]:
        first = rows().order_by("id").exclude(pk__in=skip).values_list("pk", column)[:_PEEK]
        return [pk for pk, at in list(first) if at and at < now - kept_for][:1]

    @due(name, find=find)
    def forget(first_id: int) -> None:
        term = clock.now() - kept_for
        batch = rows().order_by("id").filter(pk__gte=first_id)[:BATCH].values_list("pk", column)
        old = [pk for pk, at in list(batch) if at and at < term]
        rows().model._base_manager.filter(pk__in=old).delete()
