"""Clocks that stand still or end by what else changes: of receiving, of what is to be paid, and of sending."""

from datetime import datetime, timedelta
from typing import Any

from orders.models import Order
from orders.stages import IN_HAND, AftersaleMark
from shop import clock

DAY = timedelta(hours=24)
SOON, OVER = 1, 2
"""Of what a shop has been warned (`Order.warned`)."""


def follow_clocks(order: Order) -> dict[str, Any]:
    """What changes with a changed, locked order by itself."""
    return follow_receive_clock(order) | _follow_supplement(order) | _follow_ship_clock(order)


def _follow_ship_clock(order: Order) -> dict[str, Any]:
    """When the shop is to be told next that its time to send is nearly over, or over: once each."""
    warn_at = find_warning(order)
    return {} if warn_at == order.warn_at else {"warn_at": warn_at}


def find_warning(order: Order) -> datetime | None:
    """The moment of the next warning about a locked order, None when none is left.

    The first comes a day before the end, yet not before half of the time is over.
    """
    if order.stage not in IN_HAND or order.is_held or order.ship_by is None or order.warned >= OVER:
        return None
    if order.warned >= SOON:
        return order.ship_by
    began = order.paid_at or order.placed_at
    return max(order.ship_by - DAY, began + (order.ship_by - began) / 2)


def _follow_supplement(order: Order) -> dict[str, Any]:
    """What was to be paid more has been, or the order is over."""
    if order.supplement_by is None or (order.owed_fen and order.stage in IN_HAND):
        return {}
    return {"supplement_by": None}


def follow_receive_clock(order: Order) -> dict[str, Any]:
    """What changes with a changed, locked order so that its time to receive stands, or goes on where it stood."""
    is_open = order.aftersale_mark == AftersaleMark.OPEN or order.is_coming_back
    stands = order.receive_by is not None and is_open
    if stands and order.receive_stopped_at is None:
        return {"receive_stopped_at": clock.now()}
    if stands or order.receive_stopped_at is None:
        return {}
    stood = clock.now() - order.receive_stopped_at
    return {"receive_stopped_at": None, "receive_by": order.receive_by and order.receive_by + stood}
