"""What a paid order costs more since: in time, late, never."""

from datetime import timedelta

from orders.payments.changes.cancelling import cancel_paid
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.services.steps import hold_order, release_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from shop import clock
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from tests import cast
from tests.expect import fresh, refused, verbs_of

CLERK = cast.clerk("order_clerk")
LATER = timedelta(hours=25)


def owing():
    """A prepared order of which goods were changed: it owes ¥6 and may be paid within a day."""
    order = cast.prepared_order(basket={cast.make_sku(price_fen=20_00).pk: 1})
    swap = Swap(order.lines.get().pk, 1, cast.make_sku(price_fen=26_00).pk, 1)
    return change_lines(order.pk, swap, actor=CLERK)


def overdue():
    order = owing()
    with clock.at(clock.now() + LATER):
        sweep()
    return fresh(order)


def test_what_is_owed_keeps_the_parcel_here():
    order = owing()
    with refused("owes"):
        ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    sweep()
    assert not fresh(order).is_held


def test_what_is_not_paid_in_time_is_put_on_hold_once():
    order = overdue()
    assert (order.is_held, order.supplement_by, order.owed_fen) == (True, None, 6_00)
    assert order.hold_reason
    release_order(order.pk, actor=CLERK)
    with clock.at(clock.now() + LATER):
        sweep()
    assert not fresh(order).is_held


def test_paid_late_it_goes_on_by_itself_as_urgent_as_it_was():
    order = overdue()
    ship_by = order.ship_by
    with clock.at(order.held_at + timedelta(hours=3)):
        cast.pay(order)
        drain()
    assert verbs_of(order)[-2:] == ["pay", "release"]
    assert (fresh(order).is_held, fresh(order).ship_by) == (False, ship_by + timedelta(hours=3))


def test_a_hold_of_staff_is_left_alone():
    order = owing()
    hold_order(order.pk, reason="买家要改地址", actor=CLERK)
    with clock.at(clock.now() + LATER):
        sweep()
    cast.pay(fresh(order))
    drain()
    assert (fresh(order).is_held, fresh(order).hold_reason) == (True, "买家要改地址")


def test_waived_or_cancelled_it_is_over():
    order = overdue()
    waive_owed(order.pk, reason="老顾客", actor=CLERK)
    drain()
    assert not fresh(order).is_held
    other = owing()
    cancel_paid(other.pk, reason="不要了", actor=CLERK)
    assert (fresh(other).stage, fresh(other).supplement_by) == (Stage.CLOSED, None)


def test_the_shop_says_how_long_it_waits():
    cast.open_shop(supplement_hours=2)
    assert owing().supplement_by < clock.now() + timedelta(hours=3)
