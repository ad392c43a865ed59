"""Orders of one buyer to one address as one parcel."""

from dataclasses import replace

import pytest

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.services.steps import hold_order
from orders.shipping.models import Parcel, ParcelLine
from orders.shipping.selectors import list_fellows
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.shipping.services.together import ship_together
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused, stock_of
from tests.waybills.conftest import set_up_couriers, settled

WAREHOUSE = cast.clerk("warehouse")


@pytest.fixture
def orders() -> list[Order]:
    """Three of one buyer, the pieces 1, 2, 3."""
    customer = cast.make_customer()
    return [
        cast.prepared_order(customer=customer, basket={cast.make_sku(on_hand=9).pk: n}) for n in (1, 2, 3)
    ]


def together(*orders: Order, parcel: NewParcel | None = None) -> Order:
    lead, *others = orders
    pks = [order.pk for order in others]
    return ship_together(lead.pk, others=pks, parcels=[parcel or cast.parcel()], actor=WAREHOUSE)


def test_all_go_in_one_parcel_and_each_tells_of_the_others(orders):
    together(*orders)
    parcel = Parcel.objects.get()
    assert sorted(parcel.lines.values_list("quantity", flat=True)) == [1, 2, 3]
    assert {fresh(order).stage for order in orders} == {Stage.SHIPPED}
    for order in orders:
        told = Event.objects.get(verb="order.ship", subject_id=order.pk).data["together"]
        assert sorted(told) == sorted(other.number for other in orders if other != order)
    arrive_parcel(parcel.pk, actor=WAREHOUSE)
    assert all(fresh(order).arrived_at for order in orders)


def test_undoing_it_brings_all_of_them_back(orders):
    together(*orders)
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    for order in orders:
        assert fresh(order).stage == Stage.PREPARING
        assert stock_of(order.lines.get().sku_id) == (9, order.pieces)


def test_the_waybill_of_the_first_is_the_one_that_is_used(orders):
    set_up_couriers()
    settled(orders[0], WaybillState.ISSUED, tracking_no="75000000000001")
    together(*orders, parcel=NewParcel("ZTO", "75000000000001"))
    assert Waybill.objects.get().state == WaybillState.USED
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    assert [fresh(order).has_label for order in orders] == [True, False, False]


def test_a_waybill_that_waits_for_another_parcel_stands_against_it(orders):
    set_up_couriers()
    settled(orders[1], WaybillState.ISSUED, tracking_no="75000000000002")
    with refused("label_left"):
        together(*orders)
    assert not Parcel.objects.exists()


def test_who_lives_elsewhere_or_is_somebody_else_is_shipped_alone(orders):
    change_address(orders[1].pk, to=replace(cast.HOME, detail="别处 1 号"), actor=cast.clerk())
    with refused("other_recipient") as caught:
        together(orders[0], orders[1])
    assert orders[1].number in str(caught.value)
    with refused("other_recipient"):
        together(orders[0], cast.prepared_order())
    assert fresh(orders[0]).stage == Stage.PREPARING


def test_an_address_that_was_only_typed_otherwise_is_the_same(orders):
    to = replace(
        cast.HOME, detail=f" {cast.HOME.detail} ", phone=f"{cast.HOME.phone[:3]} {cast.HOME.phone[3:]}"
    )
    change_address(orders[1].pk, to=to, actor=cast.clerk())
    together(orders[0], orders[1])
    assert Parcel.objects.count() == 1


def test_where_one_cannot_go_none_goes(orders):
    hold_order(orders[2].pk, reason="等", actor=cast.clerk())
    with refused("held"):
        together(*orders)
    assert not ParcelLine.objects.exists()


def test_who_could_go_along_is_offered(orders):
    assert list_fellows(orders[0], actor=WAREHOUSE) == orders[1:]
    hold_order(orders[1].pk, reason="等", actor=cast.clerk())
    change_address(orders[2].pk, to=replace(cast.HOME, recipient="别人"), actor=cast.clerk())
    cast.prepared_order()
    assert list_fellows(orders[0], actor=WAREHOUSE) == []


def join(order: Order, number: str = "SF1234567890123", **kwargs) -> Order:
    return ship_order(order.pk, parcels=[NewParcel("SF", number, may_join=True, **kwargs)], actor=WAREHOUSE)


def test_goods_follow_into_a_parcel_that_was_sent_before(orders):
    ship_order(orders[0].pk, parcels=[NewParcel("SF", "SF1234567890123")], actor=WAREHOUSE)
    with refused("duplicate_tracking") as caught:
        ship_order(orders[1].pk, parcels=[NewParcel("SF", "SF1234567890123")], actor=WAREHOUSE)
    assert caught.value.extra == {"order": orders[0].number, "may_join": True}
    join(orders[1])
    assert Parcel.objects.get().lines.count() == 2


def test_more_pieces_of_a_line_follow_into_its_own_parcel(orders):
    line = orders[2].lines.get()
    join(orders[2], quantities={line.pk: 1})
    join(orders[2], quantities={line.pk: 2})
    assert ParcelLine.objects.get().quantity == 3
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    assert stock_of(line.sku_id) == (9, 3)


def test_nothing_follows_into_a_parcel_that_has_moved_or_goes_to_somebody_else(orders):
    join(orders[0])
    with refused("cannot_join"):
        join(cast.prepared_order())
    with refused("duplicate_tracking") as caught:
        ship_order(cast.prepared_order().pk, parcels=[NewParcel("SF", "SF1234567890123")], actor=WAREHOUSE)
    assert "may_join" not in caught.value.extra
    Parcel.objects.update(has_moved=True)
    with refused("cannot_join"):
        join(orders[1])
