"""What pieces of an after-sale are worth: their share of what lines still cost, and what the freight gives back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aftersales.models import AftersaleLine
from orders.models import Order
from orders.payments.changes.pieces import count_share
from orders.payments.refunding.left import Left, read_left


@dataclass(frozen=True)
class Worth:
    """The most that can go back (fen): for the goods, and for the freight, which buyers do not ask for."""

    goods_fen: int
    freight_fen: int

    @property
    def fen(self) -> int:
        return self.goods_fen + self.freight_fen


def count_difference(order: Order, lines: Iterable[AftersaleLine]) -> int:
    """By how much cheaper (fen) the SKUs are that a buyer wants in exchange; below zero: by how much dearer."""
    left = {line.line.pk: line for line in read_left(order).lines}
    return sum(
        left[row.order_line_id].price(row.pieces) - row.sku.price_fen * row.pieces
        for row in lines
        if row.sku is not None and row.sku_id != row.order_line.sku_id
    )


def count_worth(order: Order, pieces: Mapping[int, int], *, is_unsent: bool) -> Worth:
    """What these pieces (line id → pieces) of an order are worth now; binding while its lock is held.

    Of goods that were not sent the freight goes back with the last of them, and what is still owed is not paid back.
    """
    left = read_left(order)
    if is_unsent:
        return _count_unsent(order, left, pieces)
    kept_fen = _find_bound(order, left)
    goods_fen = min(sum(line.price(pieces.get(line.line.pk, 0)) for line in left.lines), kept_fen)
    return Worth(goods_fen, min(left.freight_fen, kept_fen - goods_fen))


def _count_unsent(order: Order, left: Left, pieces: Mapping[int, int]) -> Worth:
    """What cancelling them gives back (`cancel_pieces`)."""
    shares = [count_share(line.line, n) for line in left.lines if (n := pieces.get(line.line.pk, 0))]
    is_last = not order.pieces_out and order.pieces_to_send == sum(pieces.values())
    whole_fen = sum(shares) + left.freight_fen * is_last - order.owed_fen
    return Worth(min(max(whole_fen, 0), left.kept_fen), 0)


def _find_bound(order: Order, left: Left) -> int:
    """What was paid and is not back, with what a courier or the counter has still to bring."""
    return left.kept_fen + order.owed_fen
