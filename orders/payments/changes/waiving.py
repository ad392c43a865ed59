"""Letting a buyer off what is still owed."""

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import locked_order, move
from orders.payments.changes.pricing import check_lowered
from orders.payments.selectors import get_freight_left_fen
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.settling import settle_if_nothing_owed
from orders.selectors import read_order
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.money import share_fen


def waive_owed(order_id: int, *, reason: str, actor: Actor, expected_version: int | None = None) -> Order:
    """Ask no more than was paid: first the freight becomes less, then the goods.

    Of an order that is sent a part must have been paid; one that is picked up may cost nothing, and goes on then. An
    open attempt is closed first. Raises Refused `reason_required`, `nothing_owed`, `nothing_paid`, and as
    `check_made_money` and `close_live_attempt` do.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say why the rest need not be paid."), 400)
    # Asked first without a lock: what is refused must not close a payment under way.
    before = read_order(order_id, actor=actor)
    check_lowered(before, before.owed_fen, actor)
    close_live_attempt(order_id, "order.waive", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.waive", actor, expected_version) as order:
        require_no_live_attempt(order)
        owed_fen = order.owed_fen
        check_lowered(order, owed_fen, actor)
        freight_fen = min(owed_fen, get_freight_left_fen(order))
        _lower_lines(order, owed_fen - freight_fen)
        changes = {
            "freight_adjust_fen": order.freight_adjust_fen - freight_fen,
            "payable_fen": order.payable_fen - owed_fen,
        }
        data = {"before": order.payable_fen, "after": order.payable_fen - owed_fen}
        sealed = seal_words(order, reason=reason.strip()[:200])
        move(order, "order.waive", actor=actor, changes=changes, data=data, sealed=sealed)
        settle_if_nothing_owed(order)
    return order


def _lower_lines(order: Order, fen: int) -> None:
    """Share an amount over what is left of the lines."""
    lines = list(order.lines.order_by("id"))
    for line, part in zip(lines, share_fen(fen, [line.left_fen for line in lines]), strict=True):
        line.adjust_fen -= part
    OrderLine.objects.bulk_update(lines, ["adjust_fen"])
