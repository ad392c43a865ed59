"""The recipient: changing the address, and revealing it on the record."""

import json

from orders.models import Order
from orders.moves import locked_order, move
from orders.quotes import check_area
from orders.search import add_hashes
from orders.services.place import Recipient
from shop.actor import Actor
from shop.store.deliveries import WAYS
from shop.store.selectors import get_store_settings


def change_address(
    order_id: int, *, to: Recipient, actor: Actor, expected_version: int | None = None
) -> Order:
    """Send the goods elsewhere, until the first parcel or label; old and new values are kept sealed.

    Raises Refused `outside_area` for a region that own delivery does not go to.
    """
    with locked_order(order_id, "order.change_address", actor, expected_version) as order:
        _check_destination(order, to)
        changes = to.columns
        was = {name: getattr(order, name) for name in changes}
        sealed = json.dumps({"before": was, "after": changes}, ensure_ascii=False)
        move(order, "order.change_address", actor=actor, changes=changes, sealed=sealed)
        add_hashes(order, order.customer.nickname)
    return order


def _check_destination(order: Order, to: Recipient) -> None:
    """What was agreed stays possible: a street or phone may be mended where the area has become smaller since."""
    is_elsewhere = (to.province, to.city, to.district) != (order.province, order.city, order.district)
    if WAYS[order.delivery].is_near and is_elsewhere:
        check_area(to, get_store_settings())


def reveal_recipient(order_id: int, *, purpose: str, actor: Actor) -> Order:
    """Show the recipient's personal data to a member of staff; who looked is on the timeline.

    `purpose` is "reveal", "copy", "history" or "redirect".
    """
    with locked_order(order_id, "order.reveal", actor) as order:
        move(order, "order.reveal", actor=actor, data={"purpose": purpose})
    return order
