"""Other goods instead of some that an order waits for."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import locked_order, move
from orders.payments.changes.difference import Difference, lower, owe_more
from orders.payments.changes.pieces import load_pieces, release_pieces, take_share
from orders.payments.changes.pricing import check_lowered
from orders.payments.models import RefundCause
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.refunds import RefundOf, refund_share
from orders.payments.services.settling import settle_if_nothing_owed
from orders.quotes import MAX_LINES, MAX_QUANTITY
from orders.search import remember_sold_names
from orders.services.fulfilment import end_of_day, mark_short
from orders.services.place import build_line
from orders.stages import IN_HAND
from shop.access import require
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.stock.changes import check_stock, lock_stock, reserve_stock
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import MAX_FEN


@dataclass(frozen=True)
class Swap:
    """`pieces` of a line make place for `new_pieces` of a SKU; of the same one, only their number changes."""

    line_id: int
    pieces: int
    sku_id: int
    new_pieces: int


@dataclass(frozen=True)
class _Terms:
    """`adjust_fen` is by how much the new line differs from today's price, `more_fen` what the order costs more."""

    adjust_fen: int = 0
    more_fen: int = 0
    back_fen: int = 0
    given_fen: int = 0


def change_lines(
    order_id: int,
    swap: Swap,
    *,
    difference: Difference = Difference.SETTLE,
    notice: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Order:
    """Put other goods, at today's price, in the place of pieces that are not yet sent; freight stays as it is.

    What the pieces were worth goes over to the new line. `difference` says whether the rest is paid or given back;
    else the new line costs the same, and what is given away counts as a lowered price. `notice` is read by the buyer.
    Raises Refused `nothing_chosen`, `more_than_left`, `not_on_sale`, `out_of_stock`, `too_many`, `too_much`, and as
    `close_live_attempt`, `check_made_money` and, where money goes back, `refund_share` do.
    """
    if not (1 <= swap.pieces <= MAX_QUANTITY and 1 <= swap.new_pieces <= MAX_QUANTITY):
        raise Refused("nothing_chosen", _("Say how many pieces, from 1 to 9,999."), 400)
    if difference == Difference.SETTLE:
        close_live_attempt(order_id, "order.change_lines", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.change_lines", actor, expected_version) as order:
        if difference == Difference.SETTLE:
            require_no_live_attempt(order)
        _swap(order, swap, difference, notice.strip()[:200], actor)
    return order


def _swap(order: Order, swap: Swap, difference: Difference, notice: str, actor: Actor) -> None:
    sku = _find_sku(swap.sku_id)
    (line,) = load_pieces(order, {swap.line_id: swap.pieces})
    _check_lines(order, line, swap)
    is_reserved = _move_stock(order, line, swap, actor)
    worth_fen = take_share(line, swap.pieces)
    line.cancelled_unpaid_fen += worth_fen
    line.save(update_fields=["cancelled", "reserved", "short", "cancelled_unpaid_fen"])
    gap_fen = sku.price_fen * swap.new_pieces - worth_fen
    terms = _agree(order, gap_fen, difference, actor)
    new = _write_line(order, sku, swap.new_pieces, terms, is_reserved)
    changes = _change_order(order, swap, terms, sku)
    data = {
        "lines": {str(line.pk): swap.pieces},
        "into": {str(new.pk): swap.new_pieces},
        "difference_fen": terms.more_fen - terms.back_fen,
        "given_fen": terms.given_fen,
    }
    sealed = seal_words(order, notice=notice)
    move(order, "order.change_lines", actor=actor, changes=changes, data=data, sealed=sealed)
    if order.stage in IN_HAND:
        mark_short(order)
    if terms.back_fen:
        of = RefundOf(RefundCause.PART, {new.pk: terms.back_fen})
        refund_share(
            order,
            amount_fen=terms.back_fen,
            reason=gettext("Other goods, which cost less"),
            actor=actor,
            of=of,
        )
    settle_if_nothing_owed(order)


def _find_sku(sku_id: int) -> Sku:
    sku = Sku.objects.select_related("product__picture").filter(pk=sku_id).first()
    if sku is None or not (sku.is_on_sale and sku.product.is_on_sale):
        raise Refused("not_on_sale", _("This article is not on sale."), sku_id=str(sku_id))
    return sku


def _check_lines(order: Order, line: OrderLine, swap: Swap) -> None:
    kept = sum(1 for each in order.lines.all() if each.quantity > each.cancelled)
    if kept - (line.quantity - line.cancelled == swap.pieces) + 1 > MAX_LINES:
        message = _("An order has at most %(n)d articles.")
        raise Refused("too_many", message % {"n": MAX_LINES}, 400)


def _move_stock(order: Order, line: OrderLine, swap: Swap, actor: Actor) -> bool:
    """Free what the pieces held and, where the goods of the order are reserved, reserve the new ones; says whether."""
    is_reserved = order.stage in IN_HAND or line.reserved > 0
    lock_stock({line.sku_id, swap.sku_id})
    release_pieces(order, [line], {line.pk: swap.pieces}, actor)
    wanted = {swap.sku_id: swap.new_pieces}
    if is_reserved:
        reserve_stock(wanted, order_id=order.pk, actor=actor)
    else:
        check_stock(wanted)
    return is_reserved


def _agree(order: Order, gap_fen: int, difference: Difference, actor: Actor) -> _Terms:
    """Who bears that the new goods cost `gap_fen` more than the old ones were worth, or less where it is negative."""
    if order.payable_fen + max(gap_fen, 0) > MAX_FEN:
        raise Refused("too_much", _("An order of this size is not possible."), 400)
    if difference == Difference.SETTLE and gap_fen >= 0:
        return _Terms(more_fen=gap_fen)
    if difference == Difference.SETTLE:
        lowered = lower(order, -gap_fen)
        rest_fen = -gap_fen - lowered.owed_fen
        return _Terms(adjust_fen=rest_fen, more_fen=-lowered.owed_fen, back_fen=lowered.back_fen)
    if gap_fen > 0:
        require(actor, "orders.price")
        check_lowered(order, gap_fen, actor)
    return _Terms(adjust_fen=-gap_fen, given_fen=max(gap_fen, 0))


def _write_line(order: Order, sku: Sku, pieces: int, terms: _Terms, is_reserved: bool) -> OrderLine:
    line = build_line(order, sku, pieces, is_reserved=is_reserved)
    line.adjust_fen, line.refunded_fen = terms.adjust_fen, terms.back_fen
    line.save()
    remember_sold_names([line])
    return line


def _change_order(order: Order, swap: Swap, terms: _Terms, sku: Sku) -> dict[str, Any]:
    changes = owe_more(order, terms.more_fen) if terms.more_fen else {}
    if sku.ships_on and order.ship_by:
        changes["ship_by"] = max(order.ship_by, end_of_day(sku.ships_on))
    pieces = order.pieces + swap.new_pieces
    return changes | {"pieces": pieces, "pieces_cancelled": order.pieces_cancelled + swap.pieces}
