"""Taking one parcel back before it moves."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.services.steps import hold_order, receive_order, release_order
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from shop import clock
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def shipped_in_two():
    sku = cast.make_sku(on_hand=10)
    order = cast.prepared_order(basket={sku.pk: 3})
    line = order.lines.get().pk
    for pieces in (1, 2):
        ship_order(order.pk, parcels=[cast.parcel({line: pieces})], actor=cast.clerk("warehouse"))
    return fresh(order), sku, *Parcel.objects.order_by("pk")


def test_its_pieces_are_reserved_again_and_the_order_is_prepared():
    _order, sku, _one, two = shipped_in_two()
    undone = undo_ship(two.pk, actor=cast.clerk("warehouse"))
    assert (undone.stage, undone.pieces_to_send, undone.receive_by) == (Stage.PREPARING, 2, None)
    assert undone.ship_by is not None
    assert stock_of(sku.pk) == (9, 2)


def test_the_number_may_be_used_again():
    order, _sku, _one, two = shipped_in_two()
    undo_ship(two.pk, actor=cast.clerk("warehouse"))
    again = NewParcel(two.courier, two.tracking_no)
    assert ship_order(order.pk, parcels=[again], actor=cast.clerk("warehouse")).stage == Stage.SHIPPED
    assert verbs_of(order)[-3:] == ["ship", "undo_ship", "ship"]


def test_a_parcel_is_undone_once():
    *_rest, two = shipped_in_two()
    undo_ship(two.pk, actor=cast.clerk("warehouse"))
    with refused("parcel_undone"):
        undo_ship(two.pk, actor=cast.clerk("warehouse"))


def test_a_parcel_that_moves_is_not_undone():
    _order, _sku, one, two = shipped_in_two()
    arrive_parcel(one.pk, actor=cast.clerk("warehouse"))
    with refused("parcel_moved"):
        undo_ship(one.pk, actor=cast.clerk("warehouse"))
    undo_ship(two.pk, actor=cast.clerk("warehouse"))
    two.refresh_from_db()
    assert two.state == ParcelState.UNDONE


def test_not_after_receiving():
    order, _sku, _one, two = shipped_in_two()
    receive_order(order.pk, actor=cast.buyer(order))
    with refused("wrong_stage"):
        undo_ship(two.pk, actor=cast.clerk("warehouse"))


def test_what_does_not_exist_is_not_found():
    with refused("not_found", 404):
        undo_ship(10**9, actor=cast.clerk("warehouse"))


@pytest.mark.parametrize("role", ["support", "finance"])
def test_staff_need_the_capability(role):
    *_rest, two = shipped_in_two()
    with refused("forbidden", 403):
        undo_ship(two.pk, actor=cast.clerk(role))


class TestTheDeadlineToShip:
    """It is the old one: taking a parcel back makes nobody punctual."""

    def test_of_a_late_order_stays_late(self):
        order = cast.prepared_order()
        late = order.ship_by + timedelta(days=3)
        with clock.at(late):
            ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
            undone = undo_ship(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
        assert undone.ship_by == order.ship_by < late

    def test_of_the_last_of_several_parcels_too(self):
        before, _sku, _one, two = shipped_in_two()
        assert undo_ship(two.pk, actor=cast.clerk("warehouse")).ship_by == before.ship_by

    def test_with_the_time_held_before_and_after(self):
        order = cast.prepared_order()
        hold(order, hours=5)
        ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
        undo_ship(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
        hold(order, hours=2)
        assert fresh(order).ship_by == order.ship_by + timedelta(hours=7)

    def test_and_with_a_hold_that_ended_because_nothing_was_left_to_send(self):
        order = cast.prepared_order(basket={cast.make_sku().pk: 2})
        line = order.lines.get().pk
        ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=cast.clerk("warehouse"))
        held = hold_order(order.pk, reason="x", actor=cast.clerk("order_clerk"))
        with clock.at(held.held_at + timedelta(hours=3)):
            cancel_lines(order.pk, quantities={line: 1}, reason="x", actor=cast.clerk("order_clerk"))
        undone = undo_ship(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
        assert undone.ship_by == order.ship_by + timedelta(hours=3)

    @pytest.mark.parametrize("pay_method", [PayMethod.WECHAT, PayMethod.COD])
    def test_of_an_order_sent_by_a_version_that_forgot_it_is_worked_out_again(self, pay_method):
        order = prepared(pay_method)
        hold(order, hours=4)
        wanted = fresh(order).ship_by
        ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
        Order.objects.filter(pk=order.pk).update(ship_by=None)
        with clock.at(clock.now() + timedelta(days=9)):
            undone = undo_ship(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
        assert abs(undone.ship_by - wanted) < timedelta(seconds=5)


def prepared(pay_method: PayMethod) -> Order:
    if pay_method != PayMethod.COD:
        return cast.prepared_order()
    order = cast.place(pay_method=pay_method)
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    return fresh(order)


def hold(order: Order, *, hours: int) -> None:
    held = hold_order(order.pk, reason="x", actor=cast.clerk("order_clerk"))
    with clock.at(held.held_at + timedelta(hours=hours)):
        release_order(order.pk, actor=cast.clerk("order_clerk"))
