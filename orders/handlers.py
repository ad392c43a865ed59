"""Orders that were to go together, when one of them cannot any more."""

from orders.services.merging import tell_companions
from orders.stages import TO_SHIP, Stage
from orders.states import MOVES
from shop.events.models import Event
from shop.events.registry import on

_BY_COLUMNS = (
    *("order.change_address", "order.change_delivery"),
    *("order.hold", "order.supplement_overdue", "order.unlabel"),
)
_AWAY = sorted(
    verb
    for verb, move in MOVES.items()
    if any(
        before in TO_SHIP and after not in (*TO_SHIP, Stage.SHIPPED) for before, after in move.steps.items()
    )
)


@on(*_BY_COLUMNS, *_AWAY, "order.ship", "order.ship_part")
def tell_bundle(event: Event) -> None:
    tell_companions(event.subject_id, event.verb)
