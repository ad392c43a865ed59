"""One order as one row of the list, ready to be read aloud. Personal data leaves here masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.archive import Archive
from orders.companions import Together, map_together
from orders.desk.labels import Deadline, Label, describe_deadline, describe_order
from orders.desk.links import link_order
from orders.desk.list.marks import name_marks
from orders.desk.list.selectors import map_couriers, map_lines
from orders.desk.next_steps import NextStep, find_next_step
from orders.models import Order, OrderLine
from orders.moves import find_available
from shop import clock
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.crypto import mask_name, mask_phone
from shop.store.choices import Delivery

FIRST_LINES = 2


@dataclass(frozen=True)
class OrderRow:
    order: Order
    url: str
    recipient: str
    phone: str
    lines: list[OrderLine]
    more_lines: int
    more_words: str
    pay_method: Any
    delivery: Any
    carriers: str
    label: Label
    deadline: Deadline | None
    next_step: NextStep | None
    marks: str
    companions: str
    nearby: str
    nearby_count: int
    can_merge: bool
    is_archived: bool


def make_rows(orders: list[Order], *, actor: Actor, archive: Archive | None = None) -> list[OrderRow]:
    """The rows of one page; three queries for all of them, one less without shipped orders or without any to ship.

    One more where some are so old that they may be archived.
    """
    lines, couriers = map_lines([order.pk for order in orders]), map_couriers(orders)
    together, now = map_together(orders, actor=actor), clock.now()
    archived = archive.find_archived(orders, actor=actor) if archive else frozenset()
    return [
        _make_row(
            order,
            lines.get(order.pk, []),
            couriers.get(order.pk, ()),
            together.get(order.pk, Together()),
            actor,
            now,
            is_archived=order.pk in archived,
        )
        for order in orders
    ]


def _make_row(
    order: Order,
    lines: list[OrderLine],
    couriers: Iterable[str],
    together: Together,
    actor: Actor,
    now: datetime,
    *,
    is_archived: bool,
) -> OrderRow:
    more = max(len(lines) - FIRST_LINES, 0)
    return OrderRow(
        order=order,
        url=link_order(order.number),
        recipient=mask_name(order.recipient),
        phone=mask_phone(order.phone),
        lines=lines[:FIRST_LINES],
        more_lines=more,
        more_words=ngettext("%(n)d more line", "%(n)d more lines", more) % {"n": more} if more else "",
        pay_method=order.pay_method_name,
        delivery=Delivery(order.delivery).label,
        carriers="、".join(c.name for code in couriers if (c := find_courier(code))),
        label=describe_order(order),
        deadline=describe_deadline(order, now),
        next_step=find_next_step(order, actor),
        marks=name_marks(order, together),
        companions=_name_others(together.companions),
        nearby=_name_others(together.mergeable),
        nearby_count=len(together.mergeable),
        can_merge=bool(together.mergeable) and find_available(order, "order.merge", actor) is not None,
        is_archived=is_archived,
    )


def _name_others(orders: Sequence[Order]) -> str:
    return _(", ").join(order.number for order in orders)
