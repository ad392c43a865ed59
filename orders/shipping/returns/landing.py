"""What couriers tell of a parcel that comes back: that it moves, that it is here. Each may be told again."""

from django.db import transaction

from orders.models import Order
from orders.moves import lock_row, move
from orders.shipping.models import Direction, Parcel, ParcelState
from orders.shipping.selectors import list_order_ids
from orders.shipping.services.numbers import Number, lock_numbers
from orders.shipping.services.ship import describe_parcel
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.events.models import Event


def note_return_moved(parcel_id: int, *, number: Number) -> None:
    """Its courier has it."""
    mine = Parcel.objects.filter(pk=parcel_id, courier=number[0], tracking_no=number[1])
    mine.filter(direction=Direction.BACK, state=ParcelState.SENT, has_moved=False).update(has_moved=True)


def land_return(parcel_id: int, *, number: Number, actor: Actor) -> None:
    """What the buyer sent back has reached the shop, where somebody has to look at it."""
    with transaction.atomic():
        orders, parcel = _lock(parcel_id, number)
        is_this_one = (parcel.courier, parcel.tracking_no) == number and parcel.direction == Direction.BACK
        if not is_this_one or parcel.state != ParcelState.SENT:
            return
        parcel.state, parcel.arrived_at, parcel.has_moved = ParcelState.ARRIVED, clock.now(), True
        parcel.save(update_fields=["state", "arrived_at", "has_moved"])
        _tell(orders, parcel, actor)


def land_refused(parcel_id: int, *, number: Number, actor: Actor) -> None:
    """A refused parcel that is the return of a case has reached the shop: told once, nothing for all others."""
    if not Parcel.objects.filter(pk=parcel_id, turned_back_at__isnull=False).exclude(case_number="").exists():
        return
    with transaction.atomic():
        orders, parcel = _lock(parcel_id, number)
        is_coming = parcel.turned_back_at is not None and parcel.state in (
            ParcelState.SENT,
            ParcelState.ARRIVED,
        )
        if is_coming and parcel.case_number and not _was_told(orders, parcel):
            _tell(orders, parcel, actor)


def _was_told(orders: list[Order], parcel: Parcel) -> bool:
    ids = [order.pk for order in orders]
    told = Event.objects.filter(kind=Order.subject_kind, subject_id__in=ids, verb="order.return_arrive")
    return told.filter(data__parcel=parcel.pk, data__case_number=parcel.case_number).exists()


def _lock(parcel_id: int, number: Number) -> tuple[list[Order], Parcel]:
    orders = [lock_row(pk) for pk in list_order_ids(parcel_id)]
    lock_numbers([number])
    return orders, Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)


def _tell(orders: list[Order], parcel: Parcel, actor: Actor) -> None:
    """An order that is closed hears of nothing any more."""
    data = {"parcel": parcel.pk, "parcels": [describe_parcel(parcel)], "case_number": parcel.case_number}
    for order in orders:
        if order.stage != Stage.CLOSED:
            move(order, "order.return_arrive", actor=actor, data=data)
