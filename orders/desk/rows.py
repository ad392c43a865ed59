"""One order as one row of the list, ready to be read aloud. Personal data leaves here masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from orders.desk.labels import Deadline, Label, describe_deadline, describe_order
from orders.desk.next_steps import NextStep, find_next_step
from orders.desk.selectors import map_couriers
from orders.models import Order, OrderLine
from orders.shipping.couriers import find_courier
from shop import clock
from shop.actor import Actor
from shop.crypto import mask_name, mask_phone

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
    carriers: str
    label: Label
    deadline: Deadline | None
    next_step: NextStep | None


def make_rows(orders: list[Order], *, actor: Actor) -> list[OrderRow]:
    """The rows of one page; their lines must have been prefetched."""
    couriers, now = map_couriers(orders), clock.now()
    return [_make_row(order, couriers.get(order.pk, ()), actor, now) for order in orders]


def _make_row(order: Order, couriers: Iterable[str], actor: Actor, now: datetime) -> OrderRow:
    lines: list[Any] = list(order.lines.all())
    more = max(len(lines) - FIRST_LINES, 0)
    return OrderRow(
        order=order,
        url=reverse("orders:detail", args=[order.number]),
        recipient=mask_name(order.recipient),
        phone=mask_phone(order.phone),
        lines=lines[:FIRST_LINES],
        more_lines=more,
        more_words=ngettext("%(n)d more line", "%(n)d more lines", more) % {"n": more} if more else "",
        carriers="、".join(c.name for code in couriers if (c := find_courier(code))),
        label=describe_order(order),
        deadline=describe_deadline(order, now),
        next_step=find_next_step(order, actor),
    )
