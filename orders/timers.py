"""Deadlines whose verbs live on floor 1."""

from orders.selectors import (
    list_due_overdue,
    list_due_to_receive,
    list_due_to_release,
    list_due_to_restock,
    list_due_to_warn,
)
from orders.services.deadlines import unless_moved
from orders.services.restock import restock_order
from orders.services.ship_clock import note_ship_over, note_ship_soon
from orders.services.steps import receive_order, release_order
from shop.actor import SYSTEM
from shop.events.registry import due


@due("order.receive", find=list_due_to_receive)
def receive_overdue(order_id: int) -> None:
    with unless_moved():
        receive_order(order_id, actor=SYSTEM)


@due("order.release", find=list_due_to_release)
def release_held(order_id: int) -> None:
    with unless_moved():
        release_order(order_id, actor=SYSTEM)


@due("order.restock", find=list_due_to_restock)
def restock_short(order_id: int) -> None:
    restock_order(order_id)


@due("order.ship_soon", find=list_due_to_warn)
def warn_of_shipping(order_id: int) -> None:
    with unless_moved():
        note_ship_soon(order_id, actor=SYSTEM)


@due("order.ship_over", find=list_due_overdue)
def tell_overdue(order_id: int) -> None:
    with unless_moved():
        note_ship_over(order_id, actor=SYSTEM)
