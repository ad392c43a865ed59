"""Reading alerts."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from notifications.models import Alert
from orders.models import OrderLine

SHOWN = 200


def list_open_alerts() -> "QuerySet[Alert]":
    """Unhandled alerts, newest first, at most SHOWN."""
    return Alert.objects.filter(handled_at__isnull=True).select_related("order").order_by("-id")[:SHOWN]


def count_open_alerts() -> int:
    """Unhandled alerts, counted up to 1,000."""
    return Alert.objects.filter(handled_at__isnull=True).order_by()[:1000].count()


def with_lines(alerts: "QuerySet[Alert]") -> "QuerySet[Alert]":
    """Load the order's lines with the alerts, for cards."""
    lines = OrderLine.objects.order_by("id")
    return alerts.prefetch_related(Prefetch("order__lines", queryset=lines))


@dataclass(frozen=True)
class HandledPage:
    """One page of handled alerts, newest first; 0 where there is no newer or older page."""

    alerts: list[Alert]
    newer_after: int
    older_before: int


def list_handled_alerts(*, size: int, before: int = 0, after: int = 0) -> HandledPage:
    """Handled alerts older than the id `before`, or just newer than the id `after`, or the newest."""
    handled = with_lines(Alert.objects.filter(handled_at__isnull=False).select_related("order"))
    if after:
        rows = list(handled.filter(pk__gt=after).order_by("id")[: size + 1])
        alerts, has_newer, has_older = rows[:size][::-1], len(rows) > size, True
    else:
        older = handled.filter(pk__lt=before) if before else handled
        rows = list(older.order_by("-id")[: size + 1])
        alerts, has_newer, has_older = rows[:size], bool(before), len(rows) > size
    if not alerts:
        return HandledPage([], 0, 0)
    return HandledPage(alerts, alerts[0].pk if has_newer else 0, alerts[-1].pk if has_older else 0)
