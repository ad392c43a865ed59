"""Finding events by time, of which only a coarse index is kept: ids rise with time."""

from datetime import datetime, timedelta

from django.db.models import Aggregate, F, Max, Min

from shop.events.models import Event

WINDOWS = (timedelta(days=1), timedelta(days=30))
"""In so much time something happens in every shop; otherwise there is little to look through."""
SLACK = timedelta(days=30)
"""Histories that were made at once, as the demo's, have ids that run ahead of time by no more than an order's life."""


def find_last_id_before(moment: datetime) -> int | None:
    """An id that no event before this moment exceeds; None when nothing tells."""
    return _find_edge(Max(F("id") + 0), [(moment - window, moment) for window in WINDOWS])


def find_first_id_since(moment: datetime) -> int | None:
    """An id that no event since this moment is below; None when nothing tells."""
    start = moment - SLACK
    return _find_edge(Min(F("id") + 0), [(start, start + window) for window in WINDOWS])


def _find_edge(edge: Aggregate, spans: list[tuple[datetime, datetime]]) -> int | None:
    # Without the sum in `edge` PostgreSQL would walk along the ids from their end until the time fits.
    for since, until in spans:
        found: int | None = Event.objects.filter(at__gte=since, at__lt=until).aggregate(edge=edge)["edge"]
        if found is not None:
            return found
    return None
