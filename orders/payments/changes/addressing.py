"""Sending an order elsewhere, with what that costs more or less."""

from typing import Any

from django.utils.translation import gettext

from orders.models import Order
from orders.moves import locked_order
from orders.payments.changes.difference import Difference, lower, owe_more
from orders.payments.models import RefundCause
from orders.payments.selectors import get_freight_left_fen
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.refunds import RefundOf, refund_share
from orders.payments.services.settling import settle_if_nothing_owed
from orders.quotes import Destination, price_elsewhere
from orders.selectors import read_order
from orders.services.place import Recipient
from orders.services.recipient import is_same_region, write_address
from shop.actor import Actor


def change_address(
    order_id: int,
    *,
    to: Recipient,
    difference: Difference = Difference.KEEP,
    actor: Actor,
    expected_version: int | None = None,
) -> Order:
    """Send the goods elsewhere, until the first parcel or label; `difference` says who bears another freight.

    A dearer region makes the order owe, a cheaper one lowers what is owed or gives back. Raises Refused `outside_area`,
    `not_served`, and as `close_live_attempt` and, where money goes back, `refund_share` do.
    """
    is_settled = difference == Difference.SETTLE
    if is_settled and get_freight_difference_fen(read_order(order_id, actor=actor), to):
        close_live_attempt(order_id, "order.change_address", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.change_address", actor, expected_version) as order:
        fen = get_freight_difference_fen(order, to)
        if fen and is_settled:
            require_no_live_attempt(order)
        _write(order, to, fen if is_settled else 0, actor)
    return order


def get_freight_difference_fen(order: Order, to: Destination) -> int:
    """What sending the goods there instead costs more, by the freight templates of today; less is negative.

    Raises Refused `not_served` for a region where they are not sent.
    """
    if is_same_region(order, to):
        return 0
    return price_elsewhere(order, to)


def _write(order: Order, to: Recipient, fen: int, actor: Actor) -> None:
    lowered = lower(order, max(-fen, 0), most_back_fen=get_freight_left_fen(order))
    more = max(fen, 0) - lowered.owed_fen
    changes: dict[str, Any] = {}
    if more:
        changes = owe_more(order, more) | {"freight_adjust_fen": order.freight_adjust_fen + more}
    data = {"difference_fen": fen} if fen else {}
    write_address(order, to, actor=actor, changes=changes, data=data)
    if lowered.back_fen:
        reason = gettext("Freight to the new address")
        of = RefundOf(RefundCause.PART)
        refund_share(order, amount_fen=lowered.back_fen, reason=reason, actor=actor, of=of)
    settle_if_nothing_owed(order)
