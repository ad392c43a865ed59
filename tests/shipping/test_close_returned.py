"""A parcel that is refused at the door, and the order that closes when every piece of it is back."""

from datetime import timedelta

import pytest
from django.db import transaction

from orders.models import Order
from orders.payments.services.collecting import collect_payment
from orders.selectors import list_due_to_receive
from orders.services.steps import receive_order
from orders.shipping.invariants import refused_parcels_are_known, returned_pieces_are_in_movements
from orders.shipping.models import InterceptKind, InterceptState, ParcelState
from orders.shipping.services.intercepting import Wish, ask_intercept
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.shipping.services.turning import turn_back, undo_turn_back
from orders.stages import CloseReason, Stage
from orders.timers import receive_overdue
from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import MovementKind, StockMovement
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of
from tests.shipping.cash import CLERK, WAREHOUSE, parcel_of, prepared_cod, refused_cod, shipped_cod
from tests.shipping.test_shared_parcels import share_parcel


def close(order: Order, scrapped: dict[int, int] | None = None, actor=CLERK) -> Order:
    return close_returned(order.pk, scrapped=scrapped or {}, reason="拒收", actor=actor)


def test_every_piece_is_sold_again_and_nothing_is_owed():
    sku = cast.make_sku(on_hand=9)
    order = close(refused_cod(basket={sku.pk: 4}))
    assert (order.stage, order.close_reason, order.owed_fen) == (Stage.CLOSED, CloseReason.RETURNED, 0)
    assert (order.pieces_returned, order.pieces_out, order.is_coming_back) == (4, 0, False)
    assert order.lines.get().returned == 4 and stock_of(sku.pk) == (9, 0)
    parcel = parcel_of(order)
    assert parcel.state == ParcelState.RETURNED and parcel.returned_at is not None
    assert verbs_of(order)[-2:] == ["turn_back", "close_returned"]


def test_what_cannot_be_sold_any_more_is_on_the_record_and_not_in_stock():
    sku = cast.make_sku(on_hand=9)
    order = refused_cod(basket={sku.pk: 4})
    close(order, {order.lines.get().pk: 1})
    assert stock_of(sku.pk) == (8, 0)
    moved = StockMovement.objects.filter(order_id=order.pk, kind__in=("return", "scrap")).order_by("pk")
    assert list(moved.values_list("kind", "on_hand_delta")) == [
        (MovementKind.RETURN, 4),
        (MovementKind.SCRAP, -1),
    ]


@pytest.mark.parametrize("pieces", [5, -1])
def test_no_more_is_scrapped_than_came_back(pieces):
    order = refused_cod(basket={cast.make_sku(on_hand=9).pk: 4})
    with refused("bad_pieces", 400):
        close(order, {order.lines.get().pk: pieces})
    assert fresh(order).stage == Stage.SHIPPED and parcel_of(order).state == ParcelState.SENT


def test_nor_pieces_of_another_order():
    order, other = refused_cod(), refused_cod()
    with refused("bad_pieces", 400):
        close(order, {other.lines.get().pk: 1})


def test_a_reason_is_asked_for():
    with refused("reason_required", 400):
        close_returned(refused_cod().pk, scrapped={}, reason="  ", actor=CLERK)


def test_with_money_paid_it_is_an_after_sale():
    order = refused_cod()
    collect_payment(order.pk, actor=cast.clerk("finance"))
    with refused("money_is_in"):
        close(order)
    paid = cast.shipped_order()
    turn_back(parcel_of(paid).pk, actor=WAREHOUSE)
    with refused("not_cod"):
        close(paid)


def test_only_what_was_refused_comes_back():
    with refused("not_refused"):
        close(shipped_cod())


def test_while_another_parcel_is_with_the_buyer_it_stays_open():
    order = prepared_cod(basket={cast.make_sku(on_hand=9).pk: 2})
    line = order.lines.get().pk
    ship_order(order.pk, parcels=[cast.parcel({line: 1}), cast.parcel({line: 1})], actor=WAREHOUSE)
    first, second = order.lines.get().parcel_lines.order_by("pk").values_list("parcel_id", flat=True)
    turn_back(first, actor=WAREHOUSE)
    with refused("not_all_back"):
        close(order)
    turn_back(second, actor=WAREHOUSE)
    assert close(order).stage == Stage.CLOSED


def test_the_warehouse_sees_that_it_was_refused_but_ends_no_order():
    with refused("forbidden", 403):
        close(refused_cod(), actor=WAREHOUSE)


def test_one_that_was_received_by_itself_before_anybody_heard_is_closed_too():
    order = shipped_cod()
    arrive_parcel(parcel_of(order).pk, actor=WAREHOUSE)
    receive_order(order.pk, actor=CLERK)
    turn_back(parcel_of(order).pk, actor=WAREHOUSE)
    assert close(order).stage == Stage.CLOSED


class TestTheClock:
    def test_nothing_is_received_by_itself_while_its_parcel_comes_back(self):
        order = refused_cod()
        with clock.at(clock.now() + timedelta(days=30)):
            assert list_due_to_receive(clock.now(), (), 9) == []
            receive_overdue(order.pk)
            with refused("coming_back"):
                receive_order(order.pk, actor=SYSTEM)
            with refused("coming_back"):
                receive_order(order.pk, actor=cast.buyer(order))
        assert fresh(order).stage == Stage.SHIPPED

    def test_the_time_stands_and_goes_on_where_it_stood(self):
        order = refused_cod()
        due, stopped = order.receive_by, order.receive_stopped_at
        with clock.at(stopped + timedelta(days=3)):
            now = undo_turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        assert (now.receive_by - due, now.is_coming_back) == (timedelta(days=3), False)
        assert now.receive_stopped_at is None

    def test_one_that_is_delivered_after_all_has_its_whole_time_again(self):
        order = refused_cod()
        with clock.at(clock.now() + timedelta(days=3)):
            now = arrive_parcel(parcel_of(order).pk, actor=WAREHOUSE)
            assert now.receive_by == clock.now() + timedelta(days=now.receive_days)
        assert not now.is_coming_back and parcel_of(order).turned_back_at is None


class TestTheParcel:
    def test_it_is_refused_once_and_cannot_be_undone_then(self):
        order = refused_cod()
        parcel = parcel_of(order)
        with refused("already_refused"):
            turn_back(parcel.pk, actor=WAREHOUSE)
        with refused("parcel_moved"):
            undo_ship(parcel.pk, actor=WAREHOUSE)

    def test_what_was_not_refused_does_not_go_on(self):
        with refused("not_refused"):
            undo_turn_back(parcel_of(shipped_cod()).pk, actor=WAREHOUSE)

    def test_its_number_stays_its_own(self):
        order = close(refused_cod())
        parcel, other = parcel_of(order), prepared_cod()
        again = cast.NewParcel(parcel.courier, parcel.tracking_no)
        with refused("duplicate_tracking"):
            ship_order(other.pk, parcels=[again], actor=WAREHOUSE)

    def test_the_task_of_stopping_it_ends_with_it(self):
        order = shipped_cod()
        wish = Wish(InterceptKind.STOP)
        intercept = ask_intercept(parcel_of(order).pk, order_id=order.pk, wish=wish, actor=WAREHOUSE)
        turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        close(order)
        intercept.refresh_from_db()
        assert intercept.state == InterceptState.LAPSED

    def test_shared_by_two_orders_each_is_closed_by_itself(self):
        orders = [prepared_cod(basket={cast.make_sku(on_hand=9).pk: n}) for n in (2, 3)]
        parcel = share_parcel(*orders)
        turn_back(parcel.pk, actor=WAREHOUSE)
        assert all(fresh(order).is_coming_back for order in orders)
        close(orders[0])
        assert fresh(orders[1]).stage == Stage.SHIPPED and fresh(orders[1]).is_coming_back
        with refused("wrong_stage"):
            undo_turn_back(parcel.pk, actor=WAREHOUSE, seen={orders[0].pk: fresh(orders[0]).version})
        with refused("parcel_back"):
            undo_turn_back(parcel.pk, actor=WAREHOUSE)
        assert close(orders[1]).stage == Stage.CLOSED


class TestTheBooks:
    def test_a_flag_that_nothing_stands_behind_is_found(self):
        order, other = shipped_cod(), refused_cod()
        with transaction.atomic():
            Order.objects.filter(pk=order.pk).update(is_coming_back=True)
            Order.objects.filter(pk=other.pk).update(is_coming_back=False)
            assert len(list(refused_parcels_are_known())) == 2
            transaction.set_rollback(True)

    def test_pieces_that_no_movement_has_are_found(self):
        order = close(refused_cod())
        assert not list(returned_pieces_are_in_movements())
        with transaction.atomic():
            StockMovement.objects.filter(order_id=order.pk, kind="return").update(order_id=None)
            assert len(list(returned_pieces_are_in_movements())) == 1
            transaction.set_rollback(True)
