"""Clocks that stand still or end by what else changes: of receiving, and of what is still to be paid."""

from typing import Any

from orders.models import Order
from orders.stages import IN_HAND, AftersaleMark
from shop import clock


def follow_clocks(order: Order) -> dict[str, Any]:
    """What changes with a changed, locked order by itself."""
    return follow_receive_clock(order) | _follow_supplement(order)


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
