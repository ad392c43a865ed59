"""What couriers tell of a parcel: that it moves, was refused, was delivered. Each may be told again."""

from django.db import transaction

from orders.models import Order
from orders.moves import lock_row, move
from orders.shipping.models import Direction, Parcel, ParcelState, Purpose
from orders.shipping.selectors import list_order_ids
from orders.shipping.services.lapsing import lapse_intercept
from orders.shipping.services.numbers import Number, lock_numbers
from orders.shipping.services.ship import arrive_parcel, describe_parcel
from orders.shipping.services.turning import turn_back
from orders.stages import Stage
from shop import clock
from shop.actor import Actor

_ON_ITS_WAY = (Stage.PREPARING, Stage.SHIPPED)


def note_moved(parcel_id: int, *, number: Number, actor: Actor) -> None:
    """The courier has it: from now on shipping is not undone, and nobody need come. Nothing for one that has moved."""
    # Most news is of a parcel that moves on: its orders need not be locked for that.
    if Parcel.objects.filter(pk=parcel_id, has_moved=True).exists():
        return
    with transaction.atomic():
        orders, parcel = _lock(parcel_id, number)
        if not _is_sent(parcel, number) or parcel.has_moved:
            return
        parcel.has_moved = True
        parcel.save(update_fields=["has_moved"])
        for order in _list_open(orders):
            data = {"parcels": [describe_parcel(parcel)]}
            move(order, "order.set_off", actor=actor, changes={"has_moved": True}, data=data)


def note_refused(parcel_id: int, *, number: Number, actor: Actor) -> None:
    """It was not taken, and comes back: nothing for one of which that is known, or of which an order is closed."""
    with transaction.atomic():
        orders, parcel = _lock(parcel_id, number)
        is_closed = any(order.stage == Stage.CLOSED for order in orders)
        if _is_sent(parcel, number) and parcel.turned_back_at is None and not is_closed:
            turn_back(parcel_id, actor=actor)


def land_parcel(parcel_id: int, *, number: Number, actor: Actor) -> None:
    """It was delivered; of orders that are received or closed already the parcel alone changes."""
    with transaction.atomic():
        orders, parcel = _lock(parcel_id, number)
        if not _is_sent(parcel, number):
            return
        if _list_open(orders) or _is_awaited(parcel, orders):
            arrive_parcel(parcel_id, actor=actor)
            return
        parcel.state, parcel.arrived_at, parcel.has_moved = ParcelState.ARRIVED, clock.now(), True
        parcel.save(update_fields=["state", "arrived_at", "has_moved"])
        lapse_intercept(parcel, actor)


def _lock(parcel_id: int, number: Number) -> tuple[list[Order], Parcel]:
    orders = [lock_row(pk) for pk in list_order_ids(parcel_id)]
    lock_numbers([number])
    return orders, Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)


def _is_sent(parcel: Parcel, number: Number) -> bool:
    """Whether the news is still about this parcel, under this number."""
    is_out = parcel.state == ParcelState.SENT and parcel.direction == Direction.OUT
    return is_out and (parcel.courier, parcel.tracking_no) == number


def _is_awaited(parcel: Parcel, orders: list[Order]) -> bool:
    """An exchange goes to a buyer whose order is completed."""
    return parcel.purpose == Purpose.EXCHANGE and any(order.stage == Stage.DONE for order in orders)


def _list_open(orders: list[Order]) -> list[Order]:
    return [order for order in orders if order.stage in _ON_ITS_WAY and not order.is_test]
