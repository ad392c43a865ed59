"""The work queues of the home page: what waits, most urgent first.

How many wait comes from the counts of the order list; of each queue only the few that are shown are read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from notifications.kinds import KINDS, kinds_of
from notifications.models import AlertKind
from notifications.selectors import find_open_alerts
from orders.desk.labels import Deadline, describe_deadline
from orders.desk.list.conditions import REFUNDS_IN, is_in_queue
from orders.desk.list.counts import CAP, Counts, describe_count
from orders.desk.list.filters import Tab, WorkQueue
from orders.desk.list.selectors import load_orders, map_lines
from orders.models import Order, OrderLine
from orders.payments.models import Refund
from orders.scope import orders_in_scope, rows_in_scope, scope_key
from orders.selectors import with_secrets
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.crypto import mask_name
from shop.money import format_fen

SHOWN = 5
# Five orders have no more open alerts than this, unless one rings without end: then fewer of them are shown.
_ALERTS_READ = 100
_OF_SHOP = [kind for kind, row in KINDS.items() if row.is_of_shop]
_ABOUT_SHOP_FIRST = ExpressionWrapper(Q(order__isnull=False), output_field=BooleanField())


@dataclass(frozen=True)
class Waiting:
    """One order in a queue; `about` is what the queue says of it beside the order itself."""

    order_id: int
    about: str = ""


@dataclass(frozen=True)
class Queue:
    """A kind of work: how many wait, up to CAP + 1, and the first of them.

    `query` is the part of the order list's address that shows all of it, "" when nothing does. `about_shop` are those
    that are about no order, in words.
    """

    name: str
    title: Any
    tone: str
    count: int
    first: Sequence[Waiting]
    query: str = ""
    about_shop: Sequence[str] = ()

    @property
    def count_words(self) -> str:
        return describe_count(self.count)


@dataclass(frozen=True)
class QueueRow:
    """One order of a queue, ready to be shown; the recipient is masked."""

    order: Order
    lines: Sequence[OrderLine]
    recipient: str
    about: str
    deadline: Deadline | None


def list_queues(counts: Counts, actor: Actor) -> list[Queue]:
    """Every queue, the empty ones too, in the order in which a clerk should look; of orders and alerts this person's.

    Two queries for the alerts, and one for each other queue that is not empty.
    """
    make = partial(_make_queue, counts.queues, actor, clock.now())
    return [
        make(WorkQueue.OVERDUE, "overdue"),
        make(WorkQueue.WITHIN_24H, "soon"),
        _make_to_confirm(counts.tabs[Tab.TO_CONFIRM], actor),
        _make_alerts(actor),
        make(WorkQueue.TRANSFERS, "move"),
        make(WorkQueue.REFUND_FAILED, "overdue"),
        make(WorkQueue.TO_PAY_OUT, "move"),
        make(WorkQueue.SHORT, "overdue"),
        make(WorkQueue.CLOSING_SOON, "soon"),
        make(WorkQueue.HELD, "held"),
        make(WorkQueue.SHIP_LATER, "move"),
    ]


def _make_queue(counts: Mapping[str, int], actor: Actor, now: datetime, queue: WorkQueue, tone: str) -> Queue:
    count = counts[queue]
    first = _FIRST.get(queue, _read_orders)(queue, actor, now) if count else []
    return Queue(queue.value, queue.label, tone, count, first, f"queue={queue}")


_DEADLINES = {WorkQueue.CLOSING_SOON: "pay_by", WorkQueue.TRANSFERS: "proof_sent_at"}


def _read_orders(queue: WorkQueue, actor: Actor, now: datetime) -> list[Waiting]:
    """The orders whose deadline is nearest."""
    waiting = orders_in_scope(actor).filter(is_in_queue(queue, now))
    return _read_first(waiting, _DEADLINES.get(queue, "ship_by"))


def _read_first(orders: "QuerySet[Order]", deadline: str) -> list[Waiting]:
    return [Waiting(pk) for pk in orders.order_by(deadline, "pk").values_list("pk", flat=True)[:SHOWN]]


def _read_held(queue: WorkQueue, actor: Actor, now: datetime) -> list[Waiting]:
    """The one that is released soonest comes first; those without an end last."""
    held = orders_in_scope(actor).filter(is_in_queue(queue, now))
    rows = with_secrets(held.order_by(F("release_at").asc(nulls_last=True), "pk"))
    return [Waiting(order.pk, order.hold_reason) for order in rows[:SHOWN]]


def _read_refunds(queue: WorkQueue, actor: Actor, _now: datetime) -> list[Waiting]:
    """Failed or stuck at the gateway, or to be paid out by hand; the oldest first."""
    refunds = rows_in_scope(Refund.objects.filter(REFUNDS_IN[queue]), scope_key(actor))
    return [
        Waiting(order_id, str(_("Refund %(amount)s") % {"amount": format_fen(fen)}))
        for order_id, fen in refunds.order_by("id").values_list("order_id", "amount_fen")[:SHOWN]
    ]


_FIRST: Mapping[WorkQueue, Callable[[WorkQueue, Actor, datetime], list[Waiting]]] = {
    WorkQueue.HELD: _read_held,
    WorkQueue.REFUND_FAILED: _read_refunds,
    WorkQueue.TO_PAY_OUT: _read_refunds,
}


def _make_to_confirm(count: int, actor: Actor) -> Queue:
    first = _read_first(orders_in_scope(actor).filter(stage=Stage.TO_CONFIRM), "ship_by") if count else []
    return Queue("to_confirm", _("To confirm"), "move", count, first, f"tab={Tab.TO_CONFIRM}")


def _make_alerts(actor: Actor) -> Queue:
    """Orders with open alerts, the one that has waited longest first; all its alerts in one row.

    Counted are the alerts, as the bell counts them.
    """
    is_open = find_open_alerts(kinds_of(actor), scope_key(actor))
    shown = is_open.filter(Q(order__isnull=False) | Q(kind__in=_OF_SHOP)).order_by(_ABOUT_SHOP_FIRST, "id")
    labels: dict[int | None, list[str]] = {}
    for order_id, kind in shown.values_list("order_id", "kind")[:_ALERTS_READ]:
        labels.setdefault(order_id, []).append(str(AlertKind(kind).label))
    about_shop = list(dict.fromkeys(labels.pop(None, [])))
    first = [Waiting(pk, "、".join(dict.fromkeys(found))) for pk, found in labels.items() if pk]
    count = is_open[: CAP + 1].count()
    title = _("Unhandled alerts")
    return Queue("alerts", title, "overdue", count, first[:SHOWN], about_shop=about_shop)


def load_rows(queues: Iterable[Queue], *, actor: Actor) -> dict[str, list[QueueRow]]:
    """Queue name → its first orders, loaded for all queues together in two queries."""
    shown = {queue.name: queue.first for queue in queues}
    wanted = {waiting.order_id for first in shown.values() for waiting in first}
    orders = {order.pk: order for order in load_orders(sorted(wanted), actor=actor)}
    lines = map_lines(orders)
    now = clock.now()
    return {
        name: [
            _make_row(orders[item.order_id], lines.get(item.order_id, ()), item.about, now)
            for item in first
            if item.order_id in orders
        ]
        for name, first in shown.items()
    }


def _make_row(order: Order, lines: Sequence[OrderLine], about: str, now: datetime) -> QueueRow:
    return QueueRow(order, lines, mask_name(order.recipient), about, describe_deadline(order, now))
