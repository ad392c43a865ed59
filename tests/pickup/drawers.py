"""Money that was taken at a counter, and whose it is."""

from typing import Any

from django.utils import timezone

from orders.models import Order
from orders.payments.models import Means, Payment
from pickup.cash.models import CashClosing
from pickup.cash.selectors import Drawer, find_sheet
from pickup.cash.services import Count, close_cash
from pickup.services.verifying import Collected
from shop.actor import SYSTEM, Actor
from shop.store.choices import PayMethod
from shop.store.models import PickupStore
from tests import cast
from tests.pickup.counter import hand_out, unpaid

CLERK = cast.clerk("order_clerk", name="李四", id_=7)


def owing(store: PickupStore | None = None, **kwargs: Any) -> Order:
    """To be paid at a store."""
    order = unpaid(pay_method=PayMethod.COD, **kwargs)
    if store:
        order.pickup_store = store
        order.save(update_fields=["pickup_store"])
    return order


def take(
    store: PickupStore | None = None, *, means: Means = Means.CASH, actor: Actor = CLERK, **kwargs: Any
) -> Payment:
    """Collected by handing out; the payment."""
    order = owing(store, **kwargs)
    hand_out(order, collected=Collected(means, order.owed_fen), actor=actor)
    return Payment.objects.get(order=order)


def drawer_of(payment: Payment) -> Drawer:
    day = timezone.localdate(payment.captured_at)
    return Drawer(day, payment.store_id, payment.collected_by_kind, payment.collected_by_id)


def close(drawer: Drawer, *, counted_fen: int = 0, actor: Actor = CLERK, note: str = "") -> CashClosing:
    seen_fen = find_sheet(drawer, actor=SYSTEM).sums.total_fen
    return close_cash(drawer, Count(counted_fen, seen_fen, note), actor=actor)
