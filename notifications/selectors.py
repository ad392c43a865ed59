"""Reading alerts."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from notifications.kinds import ALL_KINDS, Audience, Kinds
from notifications.models import Alert
from orders.models import OrderLine
from orders.scope import ALL, rows_in_scope
from shop.moves.table import read_subjects

SHOWN = 200
"""So many unhandled alerts a page is told of by its socket."""
COUNT_CAP = 1_000
_OF_ORDER = (
    "number",
    "recipient",
    "phone",
    "buyer_remark",
    "payable_fen",
    "pay_method",
    "delivery",
    "customer__secret",
    "source",
)
_OF_LINE = ("order", "product_name", "sku_name", "picture_path", "quantity")


def find_open_alerts(kinds: Kinds = ALL_KINDS, scope: str = ALL) -> "QuerySet[Alert]":
    """All of these kinds that is unhandled, about orders of this scope or about none."""
    # Of no kind at all there would be no query, but the frame of every page is one with this in it.
    alerts = Alert.objects.filter(handled_at__isnull=True, kind__in=kinds or ("",))
    return rows_in_scope(alerts, scope, or_of_none=True)


def find_handled_alerts(kinds: Kinds, scope: str) -> "QuerySet[Alert]":
    alerts = Alert.objects.filter(handled_at__isnull=False, kind__in=kinds)
    return rows_in_scope(alerts, scope, or_of_none=True)


def list_open_alerts(audience: Audience) -> "QuerySet[Alert]":
    """Unhandled alerts for this audience, with their orders, newest first, at most SHOWN."""
    return find_open_alerts(audience.kinds, audience.scope).select_related("order").order_by("-id")[:SHOWN]


def count_open_alerts(audience: Audience) -> int:
    """Unhandled alerts for this audience, counted up to COUNT_CAP + 1."""
    return find_open_alerts(audience.kinds, audience.scope).order_by()[: COUNT_CAP + 1].count()


def describe_count(count: int) -> str:
    """Exact up to COUNT_CAP, then "1,000+"."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def load_subjects(alerts: Iterable[Alert]) -> None:
    """Read what alerts about no order are about, one query for each kind of it."""
    about = {alert: (alert.subject_kind, alert.subject_id) for alert in alerts if alert.order_id is None}
    found = read_subjects(about.values())
    for alert, key in about.items():
        alert.subject = found.get(key)


def with_orders(alerts: "QuerySet[Alert]") -> "QuerySet[Alert]":
    """Load what a card shows of the order and its lines, and nothing more."""
    own = [field.name for field in Alert._meta.concrete_fields]
    shown = alerts.select_related("order__customer").only(*own, *(f"order__{name}" for name in _OF_ORDER))
    lines = OrderLine.objects.order_by("id").only(*_OF_LINE)
    return shown.prefetch_related(Prefetch("order__lines", queryset=lines))
