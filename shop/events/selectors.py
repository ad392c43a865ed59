"""Finding events by time, of which only a coarse index is kept: their ids nearly rise with it."""

from datetime import datetime, timedelta

from django.db.models import Aggregate, F, Max, Min

from shop.events.models import Event

WINDOW = timedelta(days=30)
"""So far ids may run ahead of time in histories that were written order by order, as the demo's: an order's life."""


def find_last_id_before(moment: datetime) -> int | None:
    """An id that no event before this moment exceeds; None when nothing happened in the days before."""
    return _find_edge(Max(F("id") + 0), moment)


def find_first_id_since(moment: datetime) -> int | None:
    """An id that no event since this moment is below; None when nothing happened in the days before."""
    return _find_edge(Min(F("id") + 0), moment)


def _find_edge(edge: Aggregate, moment: datetime) -> int | None:
    # Without the sum in `edge` PostgreSQL would walk along the ids from their end until the time fits.
    events = Event.objects.filter(at__gte=moment - WINDOW, at__lt=moment)
    found: int | None = events.aggregate(edge=edge)["edge"]
    return found
