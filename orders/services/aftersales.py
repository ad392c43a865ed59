"""What open after-sales hold of an order: pieces of its lines, and its mark, written by whoever opens and ends them."""

from collections.abc import Mapping

from orders.models import Order, OrderLine
from orders.moves import move
from orders.stages import AftersaleMark
from shop.actor import SYSTEM

_VERBS = {
    AftersaleMark.OPEN: "order.open_aftersale",
    AftersaleMark.SETTLED: "order.end_aftersale",
    AftersaleMark.NONE: "order.end_aftersale",
}


def follow_aftersales(order: Order, held: Mapping[int, int], mark: AftersaleMark) -> None:
    """Write what open after-sales of a locked order hold: line id → pieces, all others none; and its mark.

    The clock of receiving stands while the mark is open (`orders/clocks.py`).
    """
    lines = [line for line in order.lines.order_by("id") if line.in_aftersale != held.get(line.pk, 0)]
    for line in lines:
        line.in_aftersale = held.get(line.pk, 0)
    OrderLine.objects.bulk_update(lines, ["in_aftersale"])
    if mark != order.aftersale_mark:
        move(order, _VERBS[mark], actor=SYSTEM, changes={"aftersale_mark": mark})
