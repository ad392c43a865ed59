"""Clocks that stand still: the time to receive stops while an after-sale is open."""

from typing import Any

from orders.models import Order
from orders.stages import AftersaleMark
from shop import clock


def follow_receive_clock(order: Order) -> dict[str, Any]:
    """What changes with a changed, locked order so that its time to receive stands, or goes on where it stood."""
    stands = order.receive_by is not None and order.aftersale_mark == AftersaleMark.OPEN
    if stands and order.receive_stopped_at is None:
        return {"receive_stopped_at": clock.now()}
    if stands or order.receive_stopped_at is None:
        return {}
    stood = clock.now() - order.receive_stopped_at
    return {"receive_stopped_at": None, "receive_by": order.receive_by and order.receive_by + stood}
