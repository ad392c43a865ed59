"""The table and the scope of orders in the one door of `shop/moves`, and that door by an order's id."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.bundles import follow_bundle
from orders.clocks import follow_clocks
from orders.models import Order
from orders.scope import orders_in_scope
from orders.states import MOVES
from shop.actor import Actor
from shop.database.inserts import insert_rows
from shop.events.models import Event
from shop.moves import services
from shop.moves.services import Available, check_move, find_available, list_available, move
from shop.moves.table import DONE, Subject, register

__all__ = [
    "Available",
    "begin_order",
    "check_move",
    "find_available",
    "list_available",
    "lock_order",
    "lock_row",
    "locked_order",
    "move",
]

ORDERS = register(
    Subject(
        Order,
        _("Order"),
        tuple(MOVES.values()),
        _("There is no such order."),
        scope=orders_in_scope,
        follow=lambda order: follow_clocks(order) | follow_bundle(order),
        stale=DONE,
        name=lambda order: order.number,
        url=lambda order: reverse("orders:detail", args=[order.number]),
    )
)


def lock_order(order_id: int, verb: str, *, actor: Actor, expected_version: int | None = None) -> Order:
    """As `lock_subject`. Raises Refused: `not_found` (also for another buyer's order), `already_done`, `forbidden`,
    `wrong_stage`, or what a guard says.
    """
    return services.lock_subject(Order, order_id, verb, actor=actor, expected_version=expected_version)


@contextmanager
def locked_order(
    order_id: int, verb: str, actor: Actor, expected_version: int | None = None
) -> Iterator[Order]:
    """A transaction that begins with `lock_order`. Raises Refused as it does."""
    with transaction.atomic():
        yield lock_order(order_id, verb, actor=actor, expected_version=expected_version)


def lock_row(order_id: int) -> Order:
    """As `lock_row` of `shop/moves`: evidence from outside decides on its verb afterwards."""
    return services.lock_row(Order, order_id)


def begin_order(order: Order, *, actor: Actor, data: dict[str, Any]) -> Event:
    """Write a new order in its first stage, with its first event. Raises Refused `forbidden`."""
    verb = "order.place_test" if order.is_test else "order.place"
    return services.begin(order, verb, actor=actor, data=data, save=lambda new: insert_rows([new]))
