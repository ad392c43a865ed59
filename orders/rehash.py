"""The hashed search keys of orders after a change of the search key."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction

from orders.models import KeyKind, Order, SearchKey
from orders.search import HASHED, add_search_keys, make_key, normalise, recipient_keys
from shop.events.models import Event
from shop.rotation import BATCH, rehash

Values = list[tuple[KeyKind, str]]


@rehash("search keys of orders")
def rebuild_search_keys(after: int) -> int | None:
    """Recipients and phones, those before a change of address too, and the buyer's nickname as it is today."""
    orders = list(Order.objects.filter(pk__gt=after).select_related("customer").order_by("pk")[:BATCH])
    former = _former_recipients(orders)
    present = _present_keys(orders)
    for order in orders:
        if present[order.pk] != _hashed(_values(order, former[order.pk])):
            _rebuild(order.pk)
    return orders[-1].pk if orders else None


def _rebuild(order_id: int) -> None:
    """Again from what stands there under the lock: the address may just have been changed."""
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).select_related("customer").get(pk=order_id)
        values = _values(order, _former_recipients([order])[order.pk])
        wanted = _hashed(values)
        add_search_keys(order, values)
        for kind, key in _present_keys([order])[order.pk] - wanted:
            SearchKey.objects.filter(order=order, kind=kind, key=key).delete()


def _values(order: Order, former: Values) -> Values:
    now = recipient_keys(order.recipient, order.phone)
    return [(KeyKind.NICKNAME, order.customer.nickname), *now, *former]


def _hashed(values: Values) -> set[tuple[str, str]]:
    return {(kind.value, make_key(kind, value)) for kind, value in values if normalise(value)}


def _present_keys(orders: Sequence[Order]) -> dict[int, set[tuple[str, str]]]:
    rows = SearchKey.objects.filter(order__in=orders, kind__in=HASHED)
    present: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for order_id, kind, key in rows.values_list("order_id", "kind", "key"):
        present[order_id].add((kind, key))
    return present


def _former_recipients(orders: Iterable[Order]) -> dict[int, Values]:
    ids = [order.pk for order in orders]
    events = Event.objects.filter(order_id__in=ids, verb="order.change_address").exclude(sealed="")
    former: dict[int, Values] = defaultdict(list)
    for event in events:
        was = json.loads(event.sealed)["before"]
        former[event.order_id or 0] += recipient_keys(was["recipient"], was["phone"])
    return former
