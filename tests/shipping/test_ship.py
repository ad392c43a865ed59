"""Shipping by line quantities, in one parcel or several."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.choices import Kind
from orders.desk.search.matches import find_matches
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.changes.pricing import change_price
from orders.shipping.models import Parcel
from orders.shipping.services.ship import NewParcel, ship_order
from orders.stages import Stage
from shop.actor import SYSTEM
from shop.store.choices import Delivery, PayMethod, ReserveOn
from tests import cast
from tests.aftersales.cases import hold
from tests.expect import fresh, refused, stock_of, verbs_of

WAREHOUSE = cast.clerk("warehouse")


def order_of(*pieces, **kwargs):
    return cast.prepared_order(basket={cast.make_sku(on_hand=10).pk: n for n in pieces}, **kwargs)


def ids(order):
    return list(order.lines.order_by("id").values_list("pk", flat=True))


def ship(order, *parcels, **kwargs):
    return ship_order(order.pk, parcels=parcels or [cast.parcel()], **{"actor": WAREHOUSE} | kwargs)


def test_one_parcel_with_all_that_is_left():
    order = order_of(2, 3)
    shipped = ship(order)
    assert (shipped.stage, shipped.pieces_shipped, shipped.ship_by) == (Stage.SHIPPED, 5, order.ship_by)
    assert [stock_of(line.sku_id) for line in order.lines.order_by("id")] == [(8, 0), (7, 0)]


def test_in_parts_until_nothing_is_left():
    order = order_of(2, 3)
    first, second = ids(order)
    part = ship(order, cast.parcel({first: 2, second: 1}))
    assert (part.stage, part.pieces_to_send) == (Stage.PREPARING, 2)
    assert ship(order, cast.parcel({second: 2})).stage == Stage.SHIPPED
    assert verbs_of(order)[-2:] == ["ship_part", "ship"]


def test_several_parcels_at_once():
    order = order_of(2)
    (line,) = ids(order)
    assert ship(order, cast.parcel({line: 1}), cast.parcel({line: 1})).stage == Stage.SHIPPED
    assert Parcel.objects.count() == 2


def test_a_confirmed_order_is_shipped_without_preparing():
    order = cast.paid_order()
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    assert ship(order).stage == Stage.SHIPPED


def test_cash_on_delivery_is_shipped_though_it_owes():
    order = cast.place(pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    assert ship(order).owed_fen > 0


def test_the_order_is_found_by_its_tracking_number():
    order = order_of(1)
    ship(order, NewParcel("SF", " sf 1234-5678\u200b９０ "))
    assert Parcel.objects.get().tracking_no == "SF1234567890"
    assert find_matches("SF1234567890", actor=SYSTEM).ids == {order.pk}


def test_own_delivery_needs_no_number_but_keeps_the_driver():
    order = cast.prepared_order(delivery=Delivery.LOCAL)
    ship(order, NewParcel(driver_name="老陈", driver_phone="13911110000"))
    parcel = Parcel.objects.get()
    assert (parcel.driver_name, parcel.driver_phone, parcel.tracking_no) == ("老陈", "13911110000", "")


@pytest.mark.parametrize("stage", ["unpaid", "to_confirm", "closed"])
def test_only_what_is_to_ship_is_shipped(stage):
    order = cast.place() if stage == "unpaid" else cast.paid_order()
    if stage == "closed":
        cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk"))
    with refused("wrong_stage"):
        ship(order)


@pytest.mark.parametrize(
    ("parcel", "code"),
    [
        (NewParcel("SF", ""), "tracking_required"),
        (NewParcel("SF", "运单"), "tracking_required"),
        (NewParcel("SF", "1" * 41), "tracking_required"),
        (NewParcel("", "SF123"), "courier_required"),
        (NewParcel("NOBODY", "SF123"), "courier_required"),
    ],
)
def test_a_courier_and_a_number_are_required(parcel, code):
    with refused(code, 400):
        ship(order_of(1), parcel)


def test_more_pieces_than_are_left_are_refused():
    order = order_of(2)
    (line,) = ids(order)
    with refused("more_than_left"):
        ship(order, cast.parcel({line: 3}))
    with refused("more_than_left"):
        ship(order, cast.parcel({line: 2}), cast.parcel({line: 1}))
    with refused("more_than_left"):
        ship(order, cast.parcel({line: -1}))
    assert not Parcel.objects.exists()


def test_choosing_nothing_ships_nothing():
    order = order_of(2)
    (line,) = ids(order)
    with refused("nothing_chosen", 400):
        ship_order(order.pk, parcels=[], actor=cast.clerk("warehouse"))
    with refused("nothing_chosen", 400):
        ship(order, cast.parcel({line: 0}))
    assert fresh(order).pieces_shipped == 0


def test_a_line_of_another_order_is_not_found():
    order, other = order_of(1), order_of(1)
    with refused("not_found", 404):
        ship(order, cast.parcel({ids(other)[0]: 1}))


def test_a_number_in_use_names_the_other_order():
    first, second = order_of(1), order_of(1)
    ship(first, NewParcel("SF", "SF1000000000001"))
    with refused("duplicate_tracking") as caught:
        ship(second, NewParcel("SF", "sf1000000000001"))
    assert caught.value.extra == {"order": first.number}
    assert fresh(second).stage == Stage.PREPARING


def test_a_short_line_blocks_itself_and_the_whole_but_not_the_others():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    scarce, plenty = cast.make_sku(on_hand=1), cast.make_sku(on_hand=9)
    other = cast.place(basket={scarce.pk: 1})
    order = cast.place(basket={scarce.pk: 1, plenty.pk: 2})
    cast.pay(other)
    cast.pay(order)
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    assert fresh(order).is_short
    with refused("line_short"):
        ship(order)
    part = ship(order, cast.parcel({order.lines.get(sku=plenty).pk: 2}))
    assert part.stage == Stage.PREPARING


def test_an_order_that_owes_is_not_shipped():
    order = order_of(1)
    Order.objects.filter(pk=order.pk).update(paid_fen=0)
    try:
        with refused("owes"):
            ship(order)
    finally:
        Order.objects.filter(pk=order.pk).update(paid_fen=order.paid_fen)


def test_goods_in_an_open_aftersale_stay():
    order = order_of(1)
    hold(order, Kind.CANCEL)
    with refused("nothing_chosen"):
        ship(order)
    with refused("line_in_aftersale"):
        ship(order, cast.parcel(dict.fromkeys(ids(order), 1)))
    assert fresh(order).pieces_shipped == 0


@pytest.mark.parametrize("role", ["support", "finance", "store_clerk"])
def test_staff_need_the_capability(role):
    with refused("forbidden", 403):
        ship(order_of(1), actor=cast.clerk(role))


def test_the_warehouse_ships():
    assert ship(order_of(1), actor=cast.clerk("warehouse")).stage == Stage.SHIPPED


def test_after_shipping_the_price_stays():
    order = ship(order_of(1))
    with refused("wrong_stage"):
        change_price(order.pk, goods_fen=1, freight_fen=0, reason="x", actor=cast.clerk("order_clerk"))


def test_what_was_sent_is_counted_without_reading_it_back():
    order = order_of(2, 3)
    with CaptureQueriesContext(connection) as queries:
        ship(order)
    assert not [query for query in queries if 'FROM "shipping_parcelline' in query["sql"]]
