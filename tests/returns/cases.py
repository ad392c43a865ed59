"""What an after-sale does with the goods of an order: each verb under the order's lock, as whoever settles it does."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

from orders.models import Order, OrderLine
from orders.moves import lock_row
from orders.services.steps import receive_order
from orders.shipping.exchanges.sending import Carriage, ship_exchange, undo_exchange
from orders.shipping.models import Parcel
from orders.shipping.returns.announcing import (
    adopt_turned_back,
    announce_return,
    renumber_return,
    withdraw_return,
)
from orders.shipping.returns.taking import take_back
from shop.catalog.models import Sku
from tests import cast

Done = TypeVar("Done")
WAREHOUSE, CLERK, SUPPORT = cast.clerk("warehouse"), cast.clerk("order_clerk"), cast.clerk("support")
CASE = "AS-1"
BACK_NO, EXCHANGE_NO = "YT8800000000001", "SF7700000000001"


def locked(order: Order, act: Callable[[Order], Done]) -> Done:
    """Do something to the locked order; the order that was given is brought up to date."""
    with transaction.atomic():
        done = act(lock_row(order.pk))
    order.refresh_from_db()
    return done


def line_of(order: Order) -> OrderLine:
    return order.lines.get()


def received(**kwargs: Any) -> Order:
    """Sent and received."""
    order = cast.shipped_order(**kwargs)
    return receive_order(order.pk, actor=cast.buyer(order))


def announce(
    order: Order, pieces: int = 1, *, number: str = BACK_NO, courier: str = "YTO", **more: Any
) -> Parcel:
    given = {"case_number": CASE, "actor": cast.buyer(order)} | more
    wanted = {line_of(order).pk: pieces}
    return locked(order, lambda o: announce_return(o, wanted, courier=courier, tracking_no=number, **given))


def renumber(order: Order, parcel: Parcel, number: str, courier: str = "YTO") -> Parcel:
    given = {"courier": courier, "tracking_no": number, "actor": cast.buyer(order)}
    return locked(order, lambda o: renumber_return(o, parcel.pk, **given))


def withdraw(order: Order, parcel: Parcel, **more: Any) -> Parcel:
    given = {"actor": cast.buyer(order)} | more
    return locked(order, lambda o: withdraw_return(o, parcel.pk, **given))


def adopt(order: Order, parcel: Parcel, case_number: str = CASE) -> Parcel:
    given = {"actor": SUPPORT, "case_number": case_number}
    return locked(order, lambda o: adopt_turned_back(o, parcel.pk, **given))


def take(order: Order, pieces: int = 1, scrapped: int = 0, **more: Any) -> None:
    """Take pieces of its only line in, and so many more that are scrapped."""
    given = {"actor": WAREHOUSE, "case_number": CASE} | more
    pk = line_of(order).pk
    locked(order, lambda o: take_back(o, {pk: pieces}, {pk: scrapped}, **given))


def exchange(
    order: Order, pieces: int = 1, *, sku: Sku | None = None, number: str = EXCHANGE_NO, **more: Any
) -> Parcel:
    given = {"actor": WAREHOUSE, "case_number": CASE} | more
    line = line_of(order)
    carriage = given.pop("carriage", Carriage("SF", number))
    wanted = {line.pk: (sku.pk if sku else line.sku_id, pieces)}
    return locked(order, lambda o: ship_exchange(o, wanted, carriage=carriage, **given))


def undo(order: Order, parcel: Parcel) -> Parcel:
    return locked(order, lambda o: undo_exchange(o, parcel.pk, actor=WAREHOUSE))


def other_sku(sku: Sku, *, on_hand: int = 5, name: str = "500g 袋装") -> Sku:
    """Another SKU of the same product, put on the shelf as a new product's is."""
    other = cast.make_sku(on_hand=on_hand, name=name)
    Sku.objects.filter(pk=other.pk).update(product=sku.product)
    return Sku.objects.get(pk=other.pk)
