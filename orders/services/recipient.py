"""The recipient: writing another address, and revealing it on the record."""

import json
from copy import copy
from typing import Any

from orders.bundles import part
from orders.destinations import fold_recipient, make_destination
from orders.models import Order
from orders.moves import locked_order, move
from orders.quotes import Destination, check_area
from orders.search import add_hashes
from orders.services.place import Recipient
from shop.actor import Actor
from shop.store.deliveries import WAYS
from shop.store.selectors import get_store_settings


def write_address(
    order: Order, to: Recipient, *, actor: Actor, changes: dict[str, Any], data: dict[str, Any]
) -> None:
    """Send the goods of a locked order elsewhere; old and new values are kept sealed, `changes` go with it.

    Raises Refused `outside_area` for a region that own delivery does not go to.
    """
    _check_destination(order, to)
    columns = to.columns
    was = {name: getattr(order, name) for name in columns}
    sealed = json.dumps({"before": was, "after": columns}, ensure_ascii=False)
    changes = columns | changes | _follow_destination(order, columns)
    move(order, "order.change_address", actor=actor, changes=changes, data=data, sealed=sealed)
    add_hashes(order, order.customer.nickname)


def _follow_destination(order: Order, columns: dict[str, str]) -> dict[str, Any]:
    """An order that goes elsewhere leaves those it went together with; one that is only written otherwise does not."""
    changed = copy(order)
    for name, value in columns.items():
        setattr(changed, name, value)
    is_same = fold_recipient(changed) == fold_recipient(order)
    return {"destination": make_destination(changed)} | ({} if is_same else part(order))


def is_same_region(order: Order, to: Destination) -> bool:
    return (to.province, to.city, to.district) == (order.province, order.city, order.district)


def _check_destination(order: Order, to: Recipient) -> None:
    """What was agreed stays possible: a street or phone may be mended where the area has become smaller since."""
    if WAYS[order.delivery].is_near and not is_same_region(order, to):
        check_area(to, get_store_settings())


def reveal_recipient(order_id: int, *, purpose: str, actor: Actor) -> Order:
    """Show the recipient's personal data to a member of staff; who looked is on the timeline.

    `purpose` is "reveal", "copy", "history" or "redirect".
    """
    with locked_order(order_id, "order.reveal", actor) as order:
        move(order, "order.reveal", actor=actor, data={"purpose": purpose})
    return order
