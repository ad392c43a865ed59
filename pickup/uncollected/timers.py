"""Orders that nobody came for in time."""

from orders.services.deadlines import unless_moved
from pickup.uncollected.selectors import list_to_note
from pickup.uncollected.services import note_uncollected
from shop.events.registry import due


@due("order.note_uncollected", find=list_to_note)
def tell_uncollected(order_id: int) -> None:
    with unless_moved():
        note_uncollected(order_id)
