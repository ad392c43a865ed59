"""A parcel was delivered; the last one out starts the receive clock anew."""

from datetime import timedelta

from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from shop import clock
from tests import cast
from tests.expect import fresh, refused


def shipped_in_two():
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    for _ in range(2):
        ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=cast.clerk("warehouse"))
    return fresh(order), *Parcel.objects.order_by("pk")


def test_only_the_last_parcel_starts_the_clock():
    order, one, two = shipped_in_two()
    later = clock.now() + timedelta(days=2)
    with clock.at(later):
        first = arrive_parcel(one.pk, actor=cast.clerk("warehouse"))
        assert (first.arrived_at, first.receive_by) == (None, order.receive_by)
        last = arrive_parcel(two.pk, actor=cast.clerk("warehouse"))
    assert (last.stage, last.arrived_at, last.receive_by) == (
        Stage.SHIPPED,
        later,
        later + timedelta(days=7),
    )


def test_a_parcel_may_arrive_before_the_rest_is_sent():
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=cast.clerk("warehouse"))
    arrived = arrive_parcel(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
    assert (arrived.stage, arrived.arrived_at, arrived.has_moved) == (Stage.PREPARING, None, True)


def test_it_arrives_once():
    _order, one, two = shipped_in_two()
    arrive_parcel(one.pk, actor=cast.clerk("warehouse"))
    undo_ship(two.pk, actor=cast.clerk("warehouse"))
    for parcel in (one, two):
        with refused("parcel_arrived"):
            arrive_parcel(parcel.pk, actor=cast.clerk("warehouse"))
    one.refresh_from_db()
    assert one.state == ParcelState.ARRIVED


def test_staff_need_the_capability():
    _order, one, _two = shipped_in_two()
    with refused("forbidden", 403):
        arrive_parcel(one.pk, actor=cast.clerk("support"))
