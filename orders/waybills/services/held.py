"""Whether an order is held by its e-waybills: the flag that its guards read, written under its lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from orders.models import Order
from orders.moves import lock_row, move
from orders.waybills.models import Waybill
from orders.waybills.selectors import has_held
from shop.actor import SYSTEM
from shop.moves import services


@contextmanager
def locked_pair(waybill_id: int) -> Iterator[tuple[Order, Waybill]]:
    """A transaction with the waybill's order locked first, then the waybill; its flag is right at the end."""
    with transaction.atomic():
        order = lock_row(Waybill.objects.values_list("order_id", flat=True).get(pk=waybill_id))
        yield order, services.lock_row(Waybill, waybill_id)
        follow_waybills(order)


def follow_waybills(order: Order) -> None:
    """Free the locked order when no waybill holds it any more."""
    if order.has_label and not has_held(order.pk):
        move(order, "order.unlabel", actor=SYSTEM, changes={"has_label": False})
