"""The work queues of the home page: what waits, most urgent first.

How many wait comes from the counts of the order list; of each queue only the few that are shown are read.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.home.tasks import TASKS, Task
from orders.desk.labels import Deadline, describe_deadline
from orders.desk.list.conditions import REFUNDS_IN, is_in_queue, is_missed_today
from orders.desk.list.counts import CAP, Counts, describe_count
from orders.desk.list.filters import Tab, WorkQueue
from orders.desk.list.selectors import load_orders, map_lines
from orders.models import Order, OrderLine
from orders.payments.models import Refund
from orders.scope import real_orders_in_scope, rows_in_scope, scope_key
from orders.selectors import with_secrets
from orders.stages import Stage
from shop import clock
from shop.access import has_any, has_capability
from shop.actor import Actor
from shop.crypto import mask_name
from shop.http.query import make_url
from shop.money import format_fen

SHOWN = 5


@dataclass(frozen=True)
class Waiting:
    """One order in a queue; `about` is what the queue says of it beside the order itself."""

    order_id: int
    about: str = ""


@dataclass(frozen=True)
class Part:
    """Some of a queue that belong together, such as those of a store."""

    label: str
    count: int
    url: str

    @property
    def count_words(self) -> str:
        return describe_count(self.count)


@dataclass(frozen=True)
class Queue:
    """A kind of work: how many wait, up to CAP + 1, and the first of them.

    At `url` are all of them, `see_all` says so where that is not the order list. `about_shop` are those that are about
    no order, in words. `parts` are how many wait where, each with its address.
    """

    name: str
    title: Any
    tone: str
    count: int
    first: Sequence[Waiting]
    url: str
    see_all: Any = ""
    about_shop: Sequence[str] = ()
    parts: Sequence[Part] = ()

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


ReadFirst = Callable[[WorkQueue, Actor, datetime], list[Waiting]]
MakeQueue = Callable[[Counts, Actor, datetime], Queue]
_QUEUES: list[tuple[int, MakeQueue, tuple[str, ...]]] = []


def register_queue(place: int, make: MakeQueue, *, whose: Iterable[str]) -> None:
    """Put a queue on the home page of those whose work it is: who holds one of these capabilities.

    The lower its place, the sooner a clerk should look.
    """
    insort(_QUEUES, (place, make, tuple(whose)), key=itemgetter(0))


def list_queues(counts: Counts, actor: Actor) -> list[Queue]:
    """This person's queues, the empty ones too, in the order in which a clerk should look.

    One query for each queue of orders that is theirs and not empty.
    """
    now = clock.now()
    return [make(counts, actor, now) for _place, make, whose in _QUEUES if concerns(actor, whose)]


def concerns(actor: Actor, whose: Iterable[str]) -> bool:
    """Whether a part of the home page is this person's work. All of it is about orders, which they must see."""
    return has_capability(actor, "orders.view") and has_any(actor, whose)


_DEADLINES = {WorkQueue.CLOSING_SOON: "pay_by", WorkQueue.TRANSFERS: "proof_sent_at"}


def _read_orders(queue: WorkQueue, actor: Actor, now: datetime) -> list[Waiting]:
    """The orders whose deadline is nearest."""
    waiting = real_orders_in_scope(actor).filter(is_in_queue(queue, now))
    return _read_first(waiting, _DEADLINES.get(queue, "ship_by"))


def _read_first(orders: "QuerySet[Order]", deadline: str) -> list[Waiting]:
    return [Waiting(pk) for pk in orders.order_by(deadline, "pk").values_list("pk", flat=True)[:SHOWN]]


def _read_held(queue: WorkQueue, actor: Actor, now: datetime) -> list[Waiting]:
    """The one that is released soonest comes first; those without an end last."""
    held = real_orders_in_scope(actor).filter(is_in_queue(queue, now))
    rows = with_secrets(held.order_by(F("release_at").asc(nulls_last=True), "pk"))
    return [Waiting(order.pk, order.hold_reason) for order in rows[:SHOWN]]


def _read_refunds(queue: WorkQueue, actor: Actor, _now: datetime) -> list[Waiting]:
    """Failed or stuck at the gateway, or to be paid out by hand; the oldest first."""
    refunds = rows_in_scope(Refund.objects.filter(REFUNDS_IN[queue]), scope_key(actor))
    return [
        Waiting(order_id, str(_("Refund %(amount)s") % {"amount": format_fen(fen)}))
        for order_id, fen in refunds.order_by("id").values_list("order_id", "amount_fen")[:SHOWN]
    ]


def _make_queue(
    queue: WorkQueue, tone: str, read: ReadFirst, counts: Counts, actor: Actor, now: datetime
) -> Queue:
    count = counts.queues[queue]
    first = read(queue, actor, now) if count else []
    return Queue(queue.value, queue.label, tone, count, first, _find_page(queue))


def _make_task(task: Task, _counts: Counts, actor: Actor, _now: datetime) -> Queue:
    """One query, and a second one where there are more than are shown."""
    found = task.find(scope_key(actor))
    joined = found.select_related(*task.joins) if task.joins else found
    rows = list(joined.order_by(*task.order_by)[: SHOWN + 1])
    count = found[: CAP + 1].count() if len(rows) > SHOWN else len(rows)
    first = [Waiting(getattr(row, task.order_id), task.about(row)) for row in rows[:SHOWN]]
    return Queue(task.name, task.title, task.tone, count, first, reverse(task.address), _("See all of them"))


def _make_to_confirm(counts: Counts, actor: Actor, _now: datetime) -> Queue:
    count = counts.tabs[Tab.TO_CONFIRM]
    first = (
        _read_first(real_orders_in_scope(actor).filter(stage=Stage.TO_CONFIRM), "ship_by") if count else []
    )
    return Queue("to_confirm", _("To confirm"), "move", count, first, _find_list(tab=Tab.TO_CONFIRM))


def _make_missed(_counts: Counts, actor: Actor, now: datetime) -> Queue:
    """What is late tomorrow; the one with the least time first."""
    missed = real_orders_in_scope(actor).filter(is_missed_today(now))
    first = _read_first(missed, "ship_by")
    count = missed[: CAP + 1].count() if len(first) == SHOWN else len(first)
    return Queue("missed", _("Late unless sent today"), "soon", count, first, _find_list(due="today"))


_SHELVES = {WorkQueue.REFUND_FAILED: "person", WorkQueue.TO_PAY_OUT: "to_pay_out"}


def _find_page(queue: WorkQueue) -> str:
    """Where all of it stands: refunds have a page of their own."""
    if queue in _SHELVES:
        return make_url(reverse("orders:refunds"), {"show": _SHELVES[queue]})
    return _find_list(queue=queue)


def _find_list(**params: str) -> str:
    return make_url(reverse("orders:list"), params)


register_queue(30, _make_to_confirm, whose=["orders.edit"])
register_queue(56, _make_missed, whose=["orders.ship"])
for _task in TASKS:
    register_queue(_task.place, partial(_make_task, _task), whose=[_task.capability])
for _place, _queue, _tone, _read, _whose in (
    (10, WorkQueue.OVERDUE, "overdue", _read_orders, ["orders.ship", "orders.edit", "alerts.handle"]),
    (20, WorkQueue.WITHIN_24H, "soon", _read_orders, ["orders.ship"]),
    (50, WorkQueue.TRANSFERS, "move", _read_orders, ["orders.collect"]),
    (60, WorkQueue.REFUND_FAILED, "overdue", _read_refunds, ["orders.refund"]),
    (70, WorkQueue.TO_PAY_OUT, "move", _read_refunds, ["orders.refund"]),
    (80, WorkQueue.SHORT, "overdue", _read_orders, ["orders.ship"]),
    (90, WorkQueue.CLOSING_SOON, "soon", _read_orders, ["orders.edit", "orders.price"]),
    (100, WorkQueue.HELD, "held", _read_held, ["orders.edit"]),
    (110, WorkQueue.SHIP_LATER, "move", _read_orders, ["orders.ship"]),
):
    register_queue(_place, partial(_make_queue, _queue, _tone, _read), whose=_whose)


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
