"""Unhandled alerts on the home page."""

from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import KINDS, kinds_of
from notifications.models import AlertKind
from notifications.selectors import find_open_alerts
from orders.desk.home.queues import SHOWN, Queue, Waiting, register_queue
from orders.desk.list.counts import CAP, Counts
from orders.scope import scope_key
from shop.actor import Actor

# Five orders have no more open alerts than this, unless one rings without end: then fewer of them are shown.
_ALERTS_READ = 100
_OF_SHOP = [kind for kind, row in KINDS.items() if row.is_of_shop]
_ABOUT_SHOP_FIRST = ExpressionWrapper(Q(order__isnull=False), output_field=BooleanField())
_URGES_FIRST = ExpressionWrapper(~Q(kind=AlertKind.URGE), output_field=BooleanField())
_WHOSE = sorted({capability for row in KINDS.values() for capability in row.whose})


def _make_alerts(_counts: Counts, actor: Actor, _now: datetime) -> Queue:
    """Orders with open alerts, all of an order in one row: two queries.

    Those whose buyers urge come first, among them the one that has waited longest.

    Counted are the alerts, as the bell counts them.
    """
    is_open = find_open_alerts(kinds_of(actor), scope_key(actor))
    shown = is_open.filter(Q(order__isnull=False) | Q(kind__in=_OF_SHOP)).order_by(
        _ABOUT_SHOP_FIRST, _URGES_FIRST, "id"
    )
    labels: dict[int | None, list[str]] = {}
    for order_id, kind in shown.values_list("order_id", "kind")[:_ALERTS_READ]:
        labels.setdefault(order_id, []).append(str(AlertKind(kind).label))
    about_shop = list(dict.fromkeys(labels.pop(None, [])))
    first = [Waiting(pk, "、".join(dict.fromkeys(found))) for pk, found in labels.items() if pk][:SHOWN]
    count = is_open[: CAP + 1].count()
    title, url, see_all = _("Unhandled alerts"), reverse("alerts:list"), _("See all alerts")
    return Queue("alerts", title, "overdue", count, first, url, see_all, about_shop)


register_queue(40, _make_alerts, whose=_WHOSE)
