"""Stock that became free goes to the paid orders that wait for it."""

from django.db import transaction

from orders.moves import lock_row
from orders.services.fulfilment import reserve_missing
from orders.stages import IN_HAND


def restock_order(order_id: int) -> None:
    """Reserve for a short order what is there now. Quiet when it is no longer short or no longer ours to send.

    One order per transaction: whoever holds several orders and their SKUs would deadlock with a
    verb that holds one of them.
    """
    with transaction.atomic():
        order = lock_row(order_id)
        if order.is_short and order.stage in IN_HAND:
            reserve_missing(order)
