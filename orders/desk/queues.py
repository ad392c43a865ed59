"""The work queues of the home page: what waits, most urgent first.

Each queue is one query for ids, counted up to the cap; the few orders that are shown are loaded together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from notifications.models import Alert, AlertKind
from orders.desk.conditions import REFUNDS_IN, is_in_queue
from orders.desk.counts import CAP, describe_count
from orders.desk.filters import Tab, WorkQueue
from orders.desk.labels import Deadline, describe_deadline
from orders.desk.selectors import load_orders
from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.stages import Stage
from shop import clock
from shop.crypto import mask_name
from shop.money import format_fen

SHOWN = 5


@dataclass(frozen=True)
class Waiting:
    """One order in a queue; `about` is what the queue says of it beside the order itself."""

    order_id: int
    about: str = ""


@dataclass(frozen=True)
class Queue:
    """A kind of work. `query` is the part of the order list's address that shows all of it, "" when nothing does."""

    name: str
    title: Any
    tone: str
    waiting: Sequence[Waiting]
    query: str = ""

    @property
    def count_words(self) -> str:
        return describe_count(len(self.waiting))


@dataclass(frozen=True)
class QueueRow:
    """One order of a queue, ready to be shown; the recipient is masked."""

    order: Order
    recipient: str
    about: str
    deadline: Deadline | None


def list_queues() -> list[Queue]:
    """Every queue, the empty ones too, in the order in which a clerk should look; ten queries."""
    now = clock.now()
    failed, to_pay_out = _list_refunds()
    to_confirm = Queue("to_confirm", _("To confirm"), "move", _list_to_confirm(), f"tab={Tab.TO_CONFIRM}")
    return [
        *_make_queues(now, {WorkQueue.OVERDUE: "overdue", WorkQueue.WITHIN_24H: "soon"}),
        to_confirm,
        Queue("alerts", _("Unhandled alerts"), "overdue", _list_alerts()),
        *_make_queues(now, {WorkQueue.TRANSFERS: "move"}),
        _make_queue(WorkQueue.REFUND_FAILED, "overdue", failed),
        _make_queue(WorkQueue.TO_PAY_OUT, "move", to_pay_out),
        *_make_queues(now, {WorkQueue.SHORT: "overdue", WorkQueue.CLOSING_SOON: "soon"}),
        _make_queue(WorkQueue.HELD, "held", _list_held(now)),
        *_make_queues(now, {WorkQueue.SHIP_LATER: "move"}),
    ]


_DEADLINES = {WorkQueue.CLOSING_SOON: "pay_by", WorkQueue.TRANSFERS: "proof_sent_at"}


def _make_queues(now: datetime, tones: Mapping[WorkQueue, str]) -> Iterator[Queue]:
    """Queues of orders that have a deadline, the nearest first."""
    for queue, tone in tones.items():
        deadline = _DEADLINES.get(queue, "ship_by")
        yield _make_queue(
            queue, tone, _ids(Order.objects.filter(is_in_queue(queue, now)).order_by(deadline, "pk"))
        )


def _make_queue(queue: WorkQueue, tone: str, waiting: Sequence[Waiting]) -> Queue:
    return Queue(queue.value, queue.label, tone, waiting, f"queue={queue}")


def _ids(orders: "QuerySet[Order]") -> list[Waiting]:
    return [Waiting(pk) for pk in orders.values_list("pk", flat=True)[: CAP + 1]]


def _list_to_confirm() -> list[Waiting]:
    return _ids(Order.objects.filter(stage=Stage.TO_CONFIRM).order_by("ship_by", "pk"))


def _list_alerts() -> list[Waiting]:
    """Orders with open alerts, the one that has waited longest first; all its alerts in one row."""
    open_alerts = Alert.objects.filter(handled_at__isnull=True).order_by("id")
    kinds: dict[int, list[str]] = {}
    for order_id, kind in open_alerts.values_list("order_id", "kind")[: CAP + 1]:
        kinds.setdefault(order_id, []).append(kind)
    return [
        Waiting(order_id, "、".join(str(AlertKind(kind).label) for kind in dict.fromkeys(found)))
        for order_id, found in kinds.items()
    ]


def _list_refunds() -> tuple[list[Waiting], list[Waiting]]:
    """Failed or stuck at the gateway, and to be paid out by hand; the oldest first."""
    needs_somebody = REFUNDS_IN[WorkQueue.REFUND_FAILED] | REFUNDS_IN[WorkQueue.TO_PAY_OUT]
    rows = list(
        Refund.objects.filter(needs_somebody)
        .order_by("id")
        .values_list("order_id", "state", "amount_fen")[: CAP + 1]
    )
    failed, to_pay_out = (
        [
            Waiting(order_id, _say_refund(fen))
            for order_id, state, fen in rows
            if (state == RefundState.TO_PAY_OUT) == by_hand
        ]
        for by_hand in (False, True)
    )
    return failed, to_pay_out


def _say_refund(fen: int) -> str:
    return str(_("Refund %(amount)s") % {"amount": format_fen(fen)})


def _list_held(now: datetime) -> list[Waiting]:
    """The one that is released soonest comes first; those without an end last."""
    held = Order.objects.filter(is_in_queue(WorkQueue.HELD, now)).order_by(
        F("release_at").asc(nulls_last=True), "pk"
    )
    rows = held.values_list("pk", "hold_reason")[: CAP + 1]
    return [Waiting(pk, reason) for pk, reason in rows]


def load_rows(queues: Iterable[Queue]) -> dict[str, list[QueueRow]]:
    """Queue name → its first orders, loaded for all queues together in two queries."""
    shown = {queue.name: queue.waiting[:SHOWN] for queue in queues}
    wanted = {waiting.order_id for first in shown.values() for waiting in first}
    orders, now = {order.pk: order for order in load_orders(sorted(wanted))}, clock.now()
    return {
        name: [_make_row(orders[item.order_id], item.about, now) for item in first if item.order_id in orders]
        for name, first in shown.items()
    }


def _make_row(order: Order, about: str, now: datetime) -> QueueRow:
    return QueueRow(order, mask_name(order.recipient), about, describe_deadline(order, now))
