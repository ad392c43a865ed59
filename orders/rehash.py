"""The hashes that orders are found by after a change of the search key."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction

from orders.destinations import REDIRECTING, make_destination
from orders.models import BlindIndex, HashKind, Order
from orders.search import make_hashes
from orders.stages import OVER
from shop.crypto import Unreadable
from shop.customers.models import Customer
from shop.events.models import Event
from shop.moves.services import lock_row
from shop.rotation import BATCH, rehash

Hashes = dict[str, int]


@rehash("search hashes of orders")
def rebuild_hashes(after: int) -> int | None:
    """Recipients and phones, former ones of the order too, and the buyer's nickname as it is today."""
    known = Order.objects.filter(customer__erased_at__isnull=True).select_related("customer")
    orders = list(known.filter(pk__gt=after).order_by("pk")[:BATCH])
    wanted, present = _make(orders), _read(orders)
    for order in orders:
        if _as_set(wanted[order.pk]) != _as_set(present[order.pk]):
            _rebuild(order.pk)
    return orders[-1].pk if orders else None


def _rebuild(order_id: int) -> None:
    """Again from what stands there under the locks: the address may just have been changed, the buyer erased."""
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
        order.customer = lock_row(Customer, order.customer_id)
        if order.customer.erased_at:
            return
        order.hashes.all().delete()
        rows = [BlindIndex(order=order, **hashes) for hashes in _make([order])[order.pk]]
        BlindIndex.objects.bulk_create(rows, ignore_conflicts=True)


def _make(orders: Sequence[Order]) -> dict[int, list[Hashes]]:
    """Order id → the rows it should have."""
    former = _list_former_recipients(orders)
    return {
        order.pk: [
            make_hashes(order.customer.nickname, recipient, phone)
            for recipient, phone in [(order.recipient, order.phone), *former[order.pk]]
        ]
        for order in orders
    }


def _read(orders: Sequence[Order]) -> dict[int, list[Hashes]]:
    present: dict[int, list[Hashes]] = defaultdict(list)
    for row in BlindIndex.objects.filter(order__in=orders):
        present[row.order_id].append({kind.value: getattr(row, kind.value) for kind in HashKind})
    return present


def _as_set(rows: Iterable[Hashes]) -> set[tuple[tuple[str, int], ...]]:
    return {tuple(sorted(row.items())) for row in rows}


def _list_former_recipients(orders: Iterable[Order]) -> dict[int, list[tuple[str, str]]]:
    """Order id → recipient and phone before each change of address or delivery, as far as they can be read."""
    ids = [order.pk for order in orders]
    events = Event.objects.filter(kind=Order.subject_kind, subject_id__in=ids, verb__in=REDIRECTING).exclude(
        sealed=""
    )
    former: dict[int, list[tuple[str, str]]] = defaultdict(list)
    Event.load_secrets(events)
    for event in events:
        if isinstance(event.sealed, Unreadable):
            continue
        was = json.loads(event.sealed)["before"]
        former[event.subject_id].append((was["recipient"], was["phone"]))
    return former


@rehash("where open orders go")
def rebuild_destinations(after: int) -> int | None:
    """As the key makes them now, of orders too that a version without them has taken."""
    going = Order.objects.exclude(stage__in=OVER).filter(pk__gt=after).select_related("customer")
    orders = list(going.order_by("pk")[:BATCH])
    for order in orders:
        if order.destination != make_destination(order):
            _rebuild_destination(order.pk)
    return orders[-1].pk if orders else None


def _rebuild_destination(order_id: int) -> None:
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
        if order.stage not in OVER:
            Order.objects.filter(pk=order_id).update(destination=make_destination(order))
