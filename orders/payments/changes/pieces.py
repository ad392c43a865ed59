"""Pieces that a line does not keep: what they are worth, and the stock they held."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.payments.refunding.left import count_refunded, find_dearest_fen
from orders.services.taking import check_not_in_aftersale
from shop.actor import Actor
from shop.catalog.stock.changes import release_stock
from shop.errors import Refused


def load_pieces(order: Order, chosen: Mapping[int, int]) -> list[OrderLine]:
    """The lines of these pieces (line id → pieces).

    Raises Refused `not_found`, `line_in_aftersale`, `more_than_left`.
    """
    lines = list(order.lines.filter(pk__in=chosen).order_by("id"))
    if len(lines) != len(chosen):
        raise Refused("not_found", _("There is no such line in this order."), 404)
    for line in lines:
        check_not_in_aftersale(line)
        if chosen[line.pk] > line.to_send:
            message = _("Of “%(line)s” only %(left)d can still be cancelled.")
            raise Refused("more_than_left", message % {"line": line.product_name, "left": line.to_send})
    return lines


def take_share(line: OrderLine, pieces: int) -> int:
    """Cancel `pieces` of a line; returns their part as `count_share` does."""
    share = count_share(line, pieces)
    line.cancelled += pieces
    return share


def count_share(line: OrderLine, pieces: int) -> int:
    """The part (fen) of `pieces` of what the pieces of a line still cost; the last take all.

    Pieces that came back or were refunded cost nothing any more; where the shop kept some of their price, the others
    gain nothing.
    """
    refunded = count_refunded(line)
    most_fen = find_dearest_fen(line, refunded) * pieces
    # Pieces that were given back are first those that had been sent; of those that were not, each keeps its part.
    gone = max(line.returned - line.resent, min(refunded.given_back, line.shipped))
    kept = line.quantity - line.cancelled - gone
    return min(line.left_fen * pieces // kept, most_fen)


def release_pieces(
    order: Order, lines: Sequence[OrderLine], chosen: Mapping[int, int], actor: Actor
) -> dict[str, int]:
    """Give back what was reserved beyond what is still to be sent; short pieces were never reserved."""
    released: dict[int, int] = {}
    for line in lines:
        from_short = min(line.short, chosen[line.pk])
        from_reserved = min(line.reserved, chosen[line.pk] - from_short)
        line.short -= from_short
        line.reserved -= from_reserved
        released[line.sku_id] = released.get(line.sku_id, 0) + from_reserved
    release_stock({k: n for k, n in released.items() if n}, order_id=order.pk, actor=actor)
    return {str(k): n for k, n in released.items()}
