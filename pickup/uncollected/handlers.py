"""What waits at a counter follows the orders."""

from orders.stages import IN_HAND
from orders.states import MOVES
from pickup.uncollected.services import follow_order
from shop.events.models import Event
from shop.events.registry import on
from shop.store.models import PickupStore

_IN_OR_OUT = sorted(
    verb
    for verb, rule in MOVES.items()
    if any((before in IN_HAND) != (after in IN_HAND) for before, after in rule.steps.items())
)


@on(*_IN_OR_OUT, "order.change_delivery")
def follow_waiting(event: Event) -> None:
    if event.order_id is not None and _may_matter(event):
        follow_order(event.order_id)


def _may_matter(event: Event) -> bool:
    """A step that leads neither in nor out changes nothing, nor does one of an order that is sent: most are."""
    if event.verb == "order.change_delivery":
        return True
    return event.before != event.after and PickupStore.objects.filter(orders=event.order_id).exists()
