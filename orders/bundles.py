"""Orders that go together in one parcel: who is in a bundle, and what ends it by itself."""

from typing import Any

from orders.models import Order
from orders.stages import OVER, TO_SHIP, Stage


def follow_bundle(order: Order) -> dict[str, Any]:
    """What changes with a changed, locked order: what cannot be sent with the others leaves them.

    One that is held stays while an e-waybill is there for all of them; what was sent together is together again when
    it is taken back.
    """
    is_over = order.stage in OVER
    changes = {"destination": 0} if is_over and order.destination else {}
    if order.bundle is None:
        return changes
    if order.stage == Stage.DONE:
        return changes | {"bundle": None}
    is_stopped = order.is_held and not order.has_label
    return changes | (part(order) if is_stopped or order.stage not in (*TO_SHIP, Stage.SHIPPED) else {})


def part(order: Order) -> dict[str, Any]:
    """The changes by which an order leaves its bundle, if it is in one; the others are told later."""
    return {} if order.bundle is None else {"bundle": None, "parted_from": order.bundle}
