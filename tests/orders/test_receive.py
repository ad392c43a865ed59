"""Receiving: by the buyer, by staff, by the timer."""

from datetime import datetime, timedelta

from orders.desk.labels import describe_deadline
from orders.models import Order
from orders.services.steps import add_note, extend_receipt, receive_order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel
from orders.stages import AftersaleMark, Stage
from shop import clock
from shop.actor import SYSTEM
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from tests import cast
from tests.aftersales.cases import hold, let_go
from tests.expect import fresh, refused


def test_the_buyer_receives_a_shipped_order():
    order = cast.shipped_order()
    done = receive_order(order.pk, actor=cast.buyer(order))
    assert (done.stage, done.receive_by) == (Stage.DONE, None)
    assert done.received_at is not None


def test_staff_may_receive_for_the_buyer():
    assert receive_order(cast.shipped_order().pk, actor=cast.clerk("order_clerk")).stage == Stage.DONE


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
    hold(order)
    with clock.at(order.receive_by + timedelta(days=1)):
        sweep()
    assert fresh(order).stage == Stage.SHIPPED
    with refused("aftersale_open"):
        receive_order(order.pk, actor=cast.buyer(order))


def test_a_cash_on_delivery_order_may_be_done_while_the_courier_has_the_money():
    order = cast.place(pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    cast.ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
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


class TestTheClockThatStands:
    """While an after-sale is open the time to receive stands, and goes on with what was left of it."""

    def mark(self, order: Order, mark: AftersaleMark, at: datetime) -> Order:
        with clock.at(at):
            hold(order) if mark == AftersaleMark.OPEN else let_go(order)
        return fresh(order)

    def test_it_goes_on_with_what_was_left(self):
        order = cast.shipped_order()
        opened = order.receive_by - timedelta(days=1)
        stopped = self.mark(order, AftersaleMark.OPEN, opened)
        assert (stopped.receive_stopped_at, stopped.receive_by) == (opened, order.receive_by)
        again = self.mark(order, AftersaleMark.SETTLED, opened + timedelta(days=20))
        assert (again.receive_stopped_at, again.receive_by) == (None, order.receive_by + timedelta(days=20))
        with clock.at(again.receive_by - timedelta(seconds=1)):
            sweep()
        assert fresh(order).stage == Stage.SHIPPED
        with clock.at(again.receive_by):
            sweep()
        assert fresh(order).stage == Stage.DONE

    def test_other_verbs_leave_it_standing(self):
        order = cast.shipped_order()
        stopped = self.mark(order, AftersaleMark.OPEN, clock.now())
        with clock.at(clock.now() + timedelta(days=2)):
            add_note(order.pk, text="x", actor=cast.clerk("order_clerk"))
            longer = extend_receipt(order.pk, actor=cast.buyer(order))
        assert longer.receive_stopped_at == stopped.receive_stopped_at
        assert longer.receive_by > order.receive_by

    def test_a_parcel_that_arrives_meanwhile_starts_it_anew_and_standing(self):
        order = cast.shipped_order()
        self.mark(order, AftersaleMark.OPEN, clock.now())
        arrived = clock.now() + timedelta(days=3)
        with clock.at(arrived):
            arrive_parcel(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
        settled = self.mark(order, AftersaleMark.SETTLED, arrived + timedelta(days=5))
        assert settled.receive_by == arrived + timedelta(days=5 + order.receive_days)

    def test_the_timer_leaves_alone_what_stands_for_another_reason(self):
        order = cast.shipped_order()
        Order.objects.filter(pk=order.pk).update(receive_stopped_at=clock.now())
        with clock.at(order.receive_by + timedelta(days=1)):
            sweep()
            with refused("not_due"):
                receive_order(order.pk, actor=SYSTEM)
        assert fresh(order).stage == Stage.SHIPPED

    def test_what_was_never_sent_has_no_clock_to_stop(self):
        order = cast.prepared_order()
        assert self.mark(order, AftersaleMark.OPEN, clock.now()).receive_stopped_at is None

    def test_the_page_does_not_count_down_meanwhile(self):
        order = cast.shipped_order()
        assert describe_deadline(order, clock.now()) is not None
        stopped = self.mark(order, AftersaleMark.OPEN, clock.now())
        assert describe_deadline(stopped, clock.now()) is None
