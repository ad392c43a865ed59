"""An order that was sent or closed otherwise is not packed any more."""

from orders.moves import lock_row
from orders.packing.models import Packing
from orders.packing.selectors import count_wrong_scans, find_open_packing
from orders.packing.services.opening import make_end
from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from shop.actor import SYSTEM
from shop.events.models import Event
from shop.events.registry import on
from shop.moves import services

_ENDS = {Stage.SHIPPED, Stage.DONE, Stage.CLOSED}
_ENDING = sorted(
    verb
    for verb, move in MOVES.items()
    if any(before in IN_HAND and after in _ENDS for before, after in move.steps.items())
)


@on(*_ENDING)
def end_packing(event: Event) -> None:
    order = lock_row(event.subject_id)
    packing = find_open_packing(order.pk)
    if packing is None or order.stage in IN_HAND:
        return
    packing = services.lock_row(Packing, packing.pk)
    data = {"wrong_scans": count_wrong_scans(packing)}
    services.move(packing, "packing.end", actor=SYSTEM, changes=make_end(), data=data)
