"""Orders of one buyer to one address that are to go in one parcel, until somebody separates them."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.companions import Together, find_parted, list_bundled_ids, map_together
from orders.destinations import is_same_recipient
from orders.models import Order
from orders.moves import lock_order, lock_row, move
from orders.scope import orders_in_scope
from orders.selectors import read_order
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.words import fill

_KEY_BITS = 62
MOST_MERGED = 50
"""So many orders go in one parcel."""


def merge_orders(
    order_ids: Collection[int], *, actor: Actor, seen: Mapping[int, int] = MappingProxyType({})
) -> list[Order]:
    """Have orders go in one parcel, with all that they were to go with already; in pk order.

    `seen`: order id → version of the page on which it was pressed. Raises Refused `too_few`, `too_many`,
    `already_merged`, `other_recipient` naming the orders that go elsewhere, `bundle_changed` when somebody does the
    same at this moment, and, naming the order, as `lock_order` does.
    """
    with transaction.atomic():
        ids = _add_companions(order_ids, actor)
        _check_number(ids)
        orders = [_lock(pk, actor, seen.get(pk)) for pk in ids]
        if _add_companions(order_ids, actor) != ids:
            raise _changed()
        _check_match(orders)
        _move_merged(orders, actor)
    return orders


def merge_by_place(order_ids: Collection[int], *, actor: Actor) -> list[Order]:
    """Merge those of these orders that go to one place, place by place; all or none, in pk order within each.

    Raises Refused as `merge_orders` does, where no two go to one place with the reason why not.
    """
    by_place: dict[int, list[int]] = defaultdict(list)
    orders = orders_in_scope(actor).filter(pk__in=order_ids).order_by("pk")
    for pk, place in orders.values_list("pk", "destination"):
        by_place[place].append(pk)
    groups = [ids for place, ids in by_place.items() if place and len(ids) > 1]
    if not groups:
        return merge_orders(order_ids, actor=actor)
    with transaction.atomic():
        for pk in sorted(pk for ids in groups for pk in ids):
            lock_row(pk)
        return [order for ids in groups for order in merge_orders(ids, actor=actor)]


def merge_nearby(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Merge an order with all others that could go with it. Raises Refused as `merge_orders` does."""
    order = read_order(order_id, actor=actor)
    near = map_together([order], actor=actor).get(order_id, Together()).mergeable
    seen = {} if expected_version is None else {order_id: expected_version}
    merged = merge_orders({order_id, *(other.pk for other in near)}, actor=actor, seen=seen)
    return next(each for each in merged if each.pk == order_id)


def separate_order(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Have an order go by itself again; of the others two or more stay together.

    Raises Refused `bundle_changed`, and as `lock_order` does.
    """
    with transaction.atomic():
        ids = _add_companions([order_id], actor)
        before = [lock_row(pk) for pk in ids if pk < order_id]
        order = lock_order(order_id, "order.separate", actor=actor, expected_version=expected_version)
        after = [lock_row(pk) for pk in ids if pk > order_id]
        if _add_companions([order_id], actor) != ids:
            raise _changed()
        rest = [*before, *after]
        data = _tell([], rest, "order.separate")
        move(order, "order.separate", actor=actor, changes={"bundle": None}, data=data)
        _move_rest(rest, order, "order.separate", actor)
    return order


def tell_companions(order_id: int, because: str) -> None:
    """An order has left its bundle by the verb `because`: it and those it went with are told; one alone is freed."""
    bundle = find_parted(order_id)
    if bundle is None:
        return
    locked = {pk: lock_row(pk) for pk in sorted({order_id, *list_bundled_ids([bundle])})}
    order = locked.pop(order_id)
    if order.parted_from != bundle:
        return
    rest = [other for other in locked.values() if other.bundle == bundle]
    data = _tell([], rest, because)
    move(order, "order.part", actor=SYSTEM, changes={"parted_from": None}, data=data)
    _move_rest(rest, order, because, SYSTEM)


def _add_companions(order_ids: Collection[int], actor: Actor) -> list[int]:
    chosen = orders_in_scope(actor).filter(pk__in=order_ids).values_list("bundle", flat=True)
    return sorted({*order_ids, *list_bundled_ids({bundle for bundle in chosen if bundle is not None})})


def _check_number(ids: Sequence[int]) -> None:
    if len(ids) < 2:
        raise Refused("too_few", _("Choose at least two orders."), 400)
    if len(ids) > MOST_MERGED:
        message = fill(_("At most %(n)d orders go in one parcel."), {"n": MOST_MERGED})
        raise Refused("too_many", message, 400)


def _lock(order_id: int, actor: Actor, expected_version: int | None) -> Order:
    try:
        return lock_order(order_id, "order.merge", actor=actor, expected_version=expected_version)
    except Refused as refused:
        if expected_version is not None or refused.status != HTTPStatus.CONFLICT:
            raise
        number = read_order(order_id, actor=actor).number
        words = {"number": number, "why": refused.message}
        raise Refused(refused.code, fill(_("Order %(number)s: %(why)s"), words), order=number) from refused


def _changed() -> Refused:
    message = _("Somebody is changing what goes together at this moment. Try again.")
    return Refused("bundle_changed", message, retry_after=1)


def _check_match(orders: Sequence[Order]) -> None:
    first, *others = orders
    strangers = [
        other.number
        for other in others
        if other.delivery != first.delivery or not is_same_recipient(first, other)
    ]
    if strangers:
        message = _("Not of the same buyer, recipient and address as order %(first)s: %(numbers)s.")
        words = {"first": first.number, "numbers": ", ".join(strangers)}
        raise Refused("other_recipient", fill(message, words), orders=strangers)
    if first.bundle is not None and {order.bundle for order in orders} == {first.bundle}:
        raise Refused("already_merged", _("These orders go together already."))


def _move_merged(orders: Sequence[Order], actor: Actor) -> None:
    bundle = secrets.randbits(_KEY_BITS)
    for order in orders:
        data = {"together": [other.number for other in orders if other is not order]}
        move(order, "order.merge", actor=actor, changes={"bundle": bundle}, data=data)


def _move_rest(rest: Sequence[Order], left: Order, because: str, actor: Actor) -> None:
    for order in rest:
        still = [other for other in rest if other is not order]
        changes = {} if still else {"bundle": None}
        move(order, "order.part", actor=actor, changes=changes, data=_tell(still, [left], because))


def _tell(together: Iterable[Order], parted: Iterable[Order], because: str) -> dict[str, Any]:
    """What events say of it: who still goes together, who does not any more, and why."""
    numbers = {"together": [order.number for order in together], "parted": [order.number for order in parted]}
    return {name: found for name, found in numbers.items() if found} | {"parted_by": because}
