"""Whether an order is held by its e-waybills: the flag that its guards read, written under its lock."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction

from orders.companions import list_bundled_ids
from orders.models import Order
from orders.moves import lock_row, move
from orders.waybills.models import Waybill
from orders.waybills.selectors import has_held
from shop.actor import SYSTEM
from shop.moves import services


@contextmanager
def locked_pair(waybill_id: int) -> Iterator[tuple[Order, Waybill]]:
    """A transaction with the waybill's orders locked first, then the waybill; their flags are right at the end."""
    with transaction.atomic():
        orders = lock_orders_of_waybill(waybill_id)
        yield orders[0], services.lock_row(Waybill, waybill_id)
        follow_waybills(orders)


def lock_orders_of_waybill(waybill_id: int) -> list[Order]:
    """Lock its order, and all that goes together with that under this waybill, in pk order; its own is first."""
    found = dict(Waybill.objects.filter(pk=waybill_id).values_list("order_id", "bundle"))
    companions = list_bundled_ids([bundle for bundle in found.values() if bundle])
    orders = [lock_row(pk) for pk in sorted({*found, *companions})]
    return sorted(orders, key=lambda order: order.pk not in found)


def follow_waybills(orders: Iterable[Order]) -> None:
    """Free the locked orders that no waybill holds any more."""
    for order in orders:
        if order.has_label and not has_held(order):
            move(order, "order.unlabel", actor=SYSTEM, changes={"has_label": False})
