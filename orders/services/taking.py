"""Taking the pieces that leave the shop at once out of the lines of a locked order."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.models import OrderLine
from shop.errors import Refused


def take_pieces(wanted: Mapping[int, int], lines: Mapping[int, OrderLine], *, nothing: Any) -> dict[int, int]:
    """Line id → pieces that go now, all that may go of the order for none wanted; the lines are changed, unsaved.

    Raises Refused `nothing_chosen` (400) in the words of `nothing`, `not_found` (404), `line_in_aftersale`,
    `line_short`, `more_than_left`.
    """
    chosen = {pk: n for pk, n in (wanted or _list_all(lines)).items() if n}
    if not chosen:
        raise Refused("nothing_chosen", nothing, 400)
    for pk, pieces in chosen.items():
        line = lines.get(pk)
        if line is None:
            raise Refused("not_found", _("There is no such line in this order."), 404)
        check_not_in_aftersale(line)
        if line.short:
            raise Refused("line_short", _("“%(line)s” is short of stock.") % {"line": line.product_name})
        if not 0 < pieces <= line.to_send:
            message = _("Of “%(line)s” only %(left)d are left to send.")
            raise Refused("more_than_left", message % {"line": line.product_name, "left": line.to_send})
        line.shipped += pieces
        line.reserved -= pieces
    return chosen


def _list_all(lines: Mapping[int, OrderLine]) -> dict[int, int]:
    return {pk: line.to_send for pk, line in lines.items() if not line.in_aftersale}


def check_not_in_aftersale(line: OrderLine) -> None:
    """Raise Refused `line_in_aftersale` where an open after-sale is about pieces of this line."""
    if line.in_aftersale:
        message = _("“%(line)s” is in an after-sale. Settle that first.")
        raise Refused("line_in_aftersale", message % {"line": line.product_name})


def sum_by_sku(lines: Mapping[int, OrderLine], contents: Collection[Mapping[int, int]]) -> Counter[int]:
    """SKU id → pieces of what was taken."""
    pieces: Counter[int] = Counter()
    for line_id, quantity in (pair for content in contents for pair in content.items()):
        pieces[lines[line_id].sku_id] += quantity
    return pieces
