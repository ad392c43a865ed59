"""More time before an order counts as received."""

from datetime import timedelta

import pytest

from orders.services.steps import extend_receipt
from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel
from shop import clock
from shop.events.sweeping import sweep
from tests import cast
from tests.expect import fresh, refused, verbs_of


def test_the_buyer_gets_the_shops_days_once():
    order = cast.shipped_order()
    after = extend_receipt(order.pk, actor=cast.buyer(order))
    assert after.receive_by == order.receive_by + timedelta(days=3)
    with refused("already_extended"):
        extend_receipt(order.pk, actor=cast.buyer(order))


def test_the_buyer_cannot_choose_the_days():
    cast.open_shop(extend_days=5)
    order = cast.shipped_order()
    after = extend_receipt(order.pk, days=30, actor=cast.buyer(order))
    assert after.receive_by == order.receive_by + timedelta(days=5)


def test_staff_give_more_at_any_time():
    order = cast.shipped_order()
    extend_receipt(order.pk, actor=cast.buyer(order))
    for _ in range(2):
        extend_receipt(order.pk, days=10, actor=cast.clerk("support"))
    assert fresh(order).receive_by == order.receive_by + timedelta(days=23)
    assert verbs_of(order).count("extend") == 3


def test_what_staff_gave_leaves_the_buyer_their_own():
    order = cast.shipped_order()
    extend_receipt(order.pk, days=1, actor=cast.clerk("order_clerk"))
    extend_receipt(order.pk, actor=cast.buyer(order))
    assert fresh(order).receive_by == order.receive_by + timedelta(days=4)


@pytest.mark.parametrize("days", [0, -1, 31])
def test_days_have_bounds(days):
    with refused("bad_days", 400):
        extend_receipt(cast.shipped_order().pk, days=days, actor=cast.clerk("order_clerk"))


def test_only_shipped_orders():
    for order in (cast.paid_order(), cast.place()):
        with refused("wrong_stage"):
            extend_receipt(order.pk, actor=cast.buyer(order))


def test_a_parcel_that_arrives_later_keeps_the_extension():
    order = cast.shipped_order()
    extend_receipt(order.pk, actor=cast.buyer(order))
    with clock.at(clock.now() + timedelta(days=2)):
        arrived = arrive_parcel(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
        assert arrived.receive_by == clock.now() + timedelta(days=order.receive_days + 3)


def test_the_timer_waits_for_it():
    order = cast.shipped_order()
    extend_receipt(order.pk, actor=cast.buyer(order))
    with clock.at(order.receive_by + timedelta(hours=1)):
        sweep()
        assert fresh(order).stage == "shipped"
    with clock.at(order.receive_by + timedelta(days=3, hours=1)):
        sweep()
        assert fresh(order).stage == "done"
