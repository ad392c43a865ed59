"""Reading alerts."""

from django.db.models import Prefetch, QuerySet

from notifications.models import Alert
from orders.models import OrderLine

SHOWN = 200
"""So many unhandled alerts a page is told of by its socket."""
COUNT_CAP = 1_000
_OF_ORDER = ("number", "recipient", "phone", "buyer_remark", "payable_fen", "pay_method", "customer__secret")
_OF_LINE = ("order", "product_name", "sku_name", "picture_path", "quantity")


def find_open_alerts() -> "QuerySet[Alert]":
    """All that is unhandled."""
    return Alert.objects.filter(handled_at__isnull=True)


def find_handled_alerts() -> "QuerySet[Alert]":
    return Alert.objects.filter(handled_at__isnull=False)


def list_open_alerts() -> "QuerySet[Alert]":
    """Unhandled alerts with their orders, newest first, at most SHOWN."""
    return find_open_alerts().select_related("order").order_by("-id")[:SHOWN]


def count_open_alerts() -> int:
    """Unhandled alerts, counted up to COUNT_CAP + 1."""
    return find_open_alerts().order_by()[: COUNT_CAP + 1].count()


def describe_count(count: int) -> str:
    """Exact up to COUNT_CAP, then "1,000+"."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def with_orders(alerts: "QuerySet[Alert]") -> "QuerySet[Alert]":
    """Load what a card shows of the order and its lines, and nothing more."""
    own = [field.name for field in Alert._meta.concrete_fields]
    shown = alerts.select_related("order__customer").only(*own, *(f"order__{name}" for name in _OF_ORDER))
    lines = OrderLine.objects.order_by("id").only(*_OF_LINE)
    return shown.prefetch_related(Prefetch("order__lines", queryset=lines))
