"""What waits at a counter follows the orders."""

from orders.selectors import is_picked_up
from orders.stages import IN_HAND
from orders.states import MOVES
from pickup.uncollected.services import follow_order
from shop.events.models import Event
from shop.events.registry import on

_IN_OR_OUT = sorted(
    verb
    for verb, rule in MOVES.items()
    if any((before in IN_HAND) != (after in IN_HAND) for before, after in rule.steps.items())
)


@on(*_IN_OR_OUT, only=is_picked_up)
def follow_waiting(event: Event) -> None:
    if event.order_id is not None:
        follow_order(event.order_id)


@on("order.change_delivery")
def follow_conversion(event: Event) -> None:
    """Whichever way it goes now."""
    if event.order_id is not None:
        follow_order(event.order_id)
