"""Goods that are sent again for what came back: bounded by that, at no price, from what nobody has reserved."""

import pytest

from orders.desk.api.views import show_order
from orders.models import Order
from orders.services.steps import receive_order
from orders.shipping.exchanges.sending import Carriage
from orders.shipping.models import Parcel, ParcelState, Purpose
from orders.shipping.services.landing import note_moved
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.shipping.services.turning import turn_back
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from shop.actor import SYSTEM
from shop.catalog.models import Sku, StockMovement
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of
from tests.returns.cases import (
    CASE,
    EXCHANGE_NO,
    SUPPORT,
    WAREHOUSE,
    announce,
    exchange,
    line_of,
    other_sku,
    received,
    take,
    undo,
)
from tests.shipping.cash import parcel_of
from tests.waybills.conftest import set_up_couriers, settled


@pytest.fixture
def sku() -> Sku:
    return cast.make_sku(on_hand=9)


@pytest.fixture
def order(sku: Sku) -> Order:
    """Of two pieces one came back, to be exchanged."""
    order = received(basket={sku.pk: 2})
    take(order, 0, 1)
    return order


def test_it_is_a_parcel_of_its_own_at_no_price(order, sku):
    parcel = exchange(order)
    assert (parcel.purpose, parcel.state, parcel.case_number) == (Purpose.EXCHANGE, ParcelState.SENT, CASE)
    assert (parcel.courier, parcel.tracking_no) == ("SF", EXCHANGE_NO)
    assert (order.pieces_resent, order.pieces_out, line_of(order).resent) == (1, 2, 1)
    assert (order.payable_fen, order.paid_fen, order.stage) == (70_00 + 10_00, 80_00, Stage.DONE)
    assert stock_of(sku.pk) == (6, 0)
    moved = StockMovement.objects.get(order_id=order.pk, kind="exchange")
    assert (moved.on_hand_delta, moved.reserved_delta) == (-1, 0)
    assert verbs_of(order)[-1] == "ship_exchange"


def test_another_sku_of_the_same_product_is_sent_from_its_own_shelf(order, sku):
    other = other_sku(sku)
    parcel = exchange(order, sku=other)
    assert parcel.lines.get().sku == other
    assert (stock_of(other.pk), stock_of(sku.pk)) == ((4, 0), (7, 0))
    event = Event.objects.get(verb="order.ship_exchange")
    assert event.data["instead"] == [f"{other.name} ×1"]
    assert event.data["sku_ids"] == {str(line_of(order).pk): other.pk}


def test_not_one_of_another_product(order):
    with refused("other_product", 400):
        exchange(order, sku=cast.make_sku())


@pytest.mark.parametrize(
    ("pieces", "code"), [(0, "nothing_chosen"), (2, "more_than_came_back"), (-1, "more_than_came_back")]
)
def test_no_more_is_sent_than_came_back(order, pieces, code):
    with refused(code):
        exchange(order, pieces)


def test_nor_twice(order):
    exchange(order)
    with refused("more_than_came_back"):
        exchange(order, number="SF2")


def test_what_others_have_reserved_stays_theirs(order, sku):
    cast.paid_order(basket={sku.pk: 7})
    assert stock_of(sku.pk) == (7, 7)
    with refused("not_enough_stock") as told:
        exchange(order)
    assert told.value.extra == {"sku_id": str(sku.pk), "left": 0}
    assert not Parcel.objects.filter(purpose=Purpose.EXCHANGE) and fresh(order).pieces_resent == 0


def test_the_shops_own_driver_brings_it_too(order):
    parcel = exchange(order, carriage=Carriage(driver_name="老李", driver_phone="13900000001"))
    assert (parcel.driver_name, parcel.courier, parcel.tracking_no) == ("老李", "", "")


def test_a_courier_needs_a_number_and_a_number_a_courier(order):
    with refused("tracking_required", 400):
        exchange(order, carriage=Carriage("SF"))
    with refused("courier_required", 400):
        exchange(order, carriage=Carriage("", "SF123"))


def test_its_number_is_that_of_no_other_parcel(order):
    with refused("duplicate_tracking"):
        exchange(order, number=parcel_of(order).tracking_no)


def test_support_answers_after_sales_and_sends_nothing(order):
    with refused("forbidden", 403):
        exchange(order, actor=SUPPORT)


def test_goods_of_another_order_do_not_join_it(order, sku):
    parcel = exchange(order)
    more = cast.prepared_order(customer=order.customer, basket={sku.pk: 1})
    joining = cast.NewParcel(parcel.courier, parcel.tracking_no, may_join=True)
    with refused("cannot_join"):
        ship_order(more.pk, parcels=[joining], actor=WAREHOUSE)


class TestUndoing:
    def test_its_goods_are_on_hand_for_anybody_and_may_be_sent_anew(self, order, sku):
        parcel = undo(order, exchange(order))
        assert parcel.state == ParcelState.UNDONE
        assert (order.pieces_resent, line_of(order).resent, stock_of(sku.pk)) == (0, 0, (7, 0))
        exchange(order)
        assert order.pieces_resent == 1

    def test_of_another_sku_that_one_is_back(self, order, sku):
        other = other_sku(sku)
        undo(order, exchange(order, sku=other))
        assert stock_of(other.pk) == (5, 0)

    def test_not_once_it_moves(self, order):
        parcel = exchange(order)
        note_moved(parcel.pk, number=("SF", EXCHANGE_NO), actor=SYSTEM)
        with refused("parcel_moved"):
            undo(order, parcel)

    def test_nor_twice(self, order):
        parcel = exchange(order)
        undo(order, parcel)
        with refused("parcel_undone"):
            undo(order, parcel)

    def test_nor_when_its_goods_came_back_again(self, order):
        parcel = exchange(order)
        take(order, 2)
        with refused("goods_came_back"):
            undo(order, parcel)

    def test_it_is_undone_where_it_was_sent_and_a_parcel_of_the_order_is_no_exchange(self):
        order = cast.shipped_order()
        take(order)
        parcel = exchange(order)
        with refused("is_exchange"):
            undo_ship(parcel.pk, actor=WAREHOUSE)
        with refused("not_found", 404):
            undo(order, Parcel.objects.get(purpose=Purpose.ORDER))


class TestArriving:
    def test_it_arrives_at_an_order_that_is_completed(self, order):
        parcel = exchange(order)
        arrived = arrive_parcel(parcel.pk, actor=WAREHOUSE)
        assert (arrived.stage, arrived.receive_by) == (Stage.DONE, order.receive_by)
        event = Event.objects.get(verb="order.exchange_arrive")
        assert (event.data["case_number"], event.data["parcels"][0]["id"]) == (CASE, parcel.pk)
        parcel.refresh_from_db()
        assert (parcel.state, parcel.case_number) == (ParcelState.ARRIVED, CASE)

    def test_of_an_order_that_waits_for_its_receipt_the_time_starts_anew(self):
        order = cast.shipped_order()
        take(order)
        first = parcel_of(order)
        arrive_parcel(first.pk, actor=WAREHOUSE)
        before = fresh(order)
        arrived = arrive_parcel(exchange(order).pk, actor=WAREHOUSE)
        assert arrived.arrived_at > before.arrived_at and arrived.receive_by > before.receive_by
        assert receive_order(order.pk, actor=cast.buyer(order)).stage == Stage.DONE


class TestComingBackAgain:
    def test_what_was_sent_in_exchange_comes_back_as_what_it_is(self, order, sku):
        other = other_sku(sku)
        exchange(order, sku=other)
        take(order, 1, case_number="AS-2")
        assert stock_of(sku.pk) == (8, 0), "the line's own first"
        take(order, 1, case_number="AS-3")
        assert stock_of(other.pk) == (5, 0)

    def test_both_at_once_each_goes_to_its_own_shelf(self, order, sku):
        other = other_sku(sku)
        exchange(order, sku=other)
        take(order, 1, 1)
        assert (stock_of(sku.pk), stock_of(other.pk)) == ((7, 0), (5, 0)), "one of the line's own is scrapped"
        assert order.pieces_out == 0

    def test_refused_at_the_door_its_own_case_takes_it_in(self, order):
        parcel = exchange(order)
        turn_back(parcel.pk, actor=WAREHOUSE)
        assert fresh(order).is_coming_back
        take(order, 1)
        parcel.refresh_from_db()
        assert parcel.state == ParcelState.RETURNED and not fresh(order).is_coming_back

    def test_it_is_announced_as_what_the_buyer_has(self, order):
        exchange(order)
        announce(order, 2, case_number="AS-2")


class TestALabelOfTheOrder:
    """One that was got for a parcel, which nobody has sent, is used up where its number is typed."""

    @pytest.fixture
    def waybill(self) -> Waybill:
        set_up_couriers()
        order = cast.prepared_order(basket={cast.make_sku().pk: 2})
        ship_order(order.pk, parcels=[cast.parcel({line_of(order).pk: 1})], actor=WAREHOUSE)
        take(order)
        return settled(order, WaybillState.ISSUED, tracking_no="75000000000001")

    def test_it_is_on_the_exchange_and_free_again_when_that_is_undone(self, waybill):
        order = fresh(waybill.order)
        parcel = exchange(order, carriage=Carriage("ZTO", waybill.tracking_no))
        assert Waybill.objects.get().state == WaybillState.USED and not order.has_label
        undo(order, parcel)
        assert Waybill.objects.get().state == WaybillState.ISSUED and order.has_label

    def test_that_of_another_order_is_not(self, waybill, order):
        with refused("label_of_other_order"):
            exchange(order, carriage=Carriage("ZTO", waybill.tracking_no))


def test_the_buyer_reads_that_it_is_an_exchange(order, sku):
    other = other_sku(sku)
    exchange(order, sku=other)
    told = show_order(order.number, cast.buyer(order))["parcels"]
    assert [parcel["purpose"] for parcel in told] == ["order", "exchange"]
    assert told[1]["lines"][0]["sku_id"] == str(other.pk)
    assert told[0]["lines"][0]["sku_id"] == str(sku.pk)
