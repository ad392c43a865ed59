"""Receiving: by the buyer, by staff, by the timer."""

from datetime import timedelta

from orders.models import Order
from orders.services.steps import receive_order
from orders.stages import AftersaleMark, Stage
from shop import clock
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused


def test_the_buyer_receives_a_shipped_order():
    order = cast.shipped_order()
    done = receive_order(order.pk, actor=cast.buyer(order))
    assert (done.stage, done.receive_by) == (Stage.DONE, None)
    assert done.received_at is not None


def test_staff_may_receive_for_the_buyer():
    assert receive_order(cast.shipped_order().pk, actor=cast.clerk()).stage == Stage.DONE


def test_the_timer_receives_days_after_shipping():
    order = cast.shipped_order()
    with clock.at(order.receive_by - timedelta(seconds=1)):
        sweep()
    assert fresh(order).stage == Stage.SHIPPED
    with clock.at(order.receive_by):
        sweep()
    assert fresh(order).stage == Stage.DONE


def test_the_timer_waits_while_an_aftersale_is_open():
    order = cast.shipped_order()
    Order.objects.filter(pk=order.pk).update(aftersale_mark=AftersaleMark.OPEN)
    with clock.at(order.receive_by + timedelta(days=1)):
        sweep()
    assert fresh(order).stage == Stage.SHIPPED
    with refused("aftersale_open"):
        receive_order(order.pk, actor=cast.buyer(order))


def test_a_cash_on_delivery_order_may_be_done_while_the_courier_has_the_money():
    order = cast.place(pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=cast.clerk())
    cast.ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk())
    done = receive_order(order.pk, actor=cast.buyer(order))
    assert (done.stage, done.owed_fen) == (Stage.DONE, done.payable_fen)


def test_another_buyers_order_is_not_found():
    order = cast.shipped_order()
    with refused("not_found", 404):
        receive_order(order.pk, actor=cast.buyer(cast.place()))
    assert fresh(order).stage == Stage.SHIPPED


def test_what_was_not_shipped_is_not_received():
    order = cast.prepared_order()
    with refused("wrong_stage"):
        receive_order(order.pk, actor=cast.buyer(order))


def test_receiving_twice_is_told_so():
    order = cast.shipped_order()
    receive_order(order.pk, actor=cast.buyer(order))
    with refused("already_done"):
        receive_order(order.pk, actor=cast.buyer(order))
