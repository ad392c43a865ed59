"""Orders that are paid to the courier, as tests of their money and their way back need them."""

from typing import Any

from orders.models import Order
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.models import Parcel
from orders.shipping.selectors import list_parcels
from orders.shipping.services.ship import ship_order
from orders.shipping.services.turning import turn_back
from shop.store.choices import PayMethod
from tests import cast

CLERK, WAREHOUSE = cast.clerk("order_clerk"), cast.clerk("warehouse")


def prepared_cod(**kwargs: Any) -> Order:
    order = cast.place(pay_method=PayMethod.COD, **kwargs)
    confirm_order(order.pk, actor=CLERK)
    return prepare_order(order.pk, actor=CLERK)


def shipped_cod(**kwargs: Any) -> Order:
    """Sent by a courier, who is to bring the money."""
    order = prepared_cod(**kwargs)
    return ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)


def refused_cod(**kwargs: Any) -> Order:
    """The same, of which the buyer did not take the parcel."""
    order = shipped_cod(**kwargs)
    return turn_back(parcel_of(order).pk, actor=WAREHOUSE)


def parcel_of(order: Order) -> Parcel:
    return list_parcels(order).get()
