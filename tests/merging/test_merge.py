"""Orders of one buyer that are to go in one parcel, and go by themselves again."""

from dataclasses import replace

import pytest

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.services.merging import merge_orders, separate_order
from orders.services.steps import hold_order
from orders.shipping.models import Parcel
from orders.shipping.services.labelled import ship_labelled
from orders.shipping.services.ship import ship_order, undo_ship
from orders.shipping.services.together import ship_together
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.answers import apply_voided
from orders.waybills.services.asking import Wish, request_waybill
from orders.waybills.services.ending import give_up_waybill, void_waybills
from orders.waybills.services.whole import request_whole
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused
from tests.waybills.conftest import set_up_couriers

WAREHOUSE = cast.clerk("warehouse")


@pytest.fixture
def orders() -> list[Order]:
    """Three of one buyer, the pieces 1, 2, 3."""
    customer = cast.make_customer()
    return [
        cast.prepared_order(customer=customer, basket={cast.make_sku(on_hand=9).pk: n}) for n in (1, 2, 3)
    ]


def merge(*orders: Order) -> list[Order]:
    return merge_orders([order.pk for order in orders], actor=WAREHOUSE)


def bundles(*orders: Order) -> list[int | None]:
    return [fresh(order).bundle for order in orders]


def last_event(order: Order) -> Event:
    return Event.objects.filter(kind="order", subject_id=order.pk).latest("number")


def test_all_are_in_one_bundle_and_each_says_with_whom(orders):
    merge(*orders)
    first, *others = bundles(*orders)
    assert first is not None and others == [first, first]
    for order in orders:
        told = last_event(order)
        assert told.verb == "order.merge"
        assert told.data["together"] == [other.number for other in orders if other != order]


def test_one_more_comes_to_those_that_go_together_already(orders):
    merge(orders[0], orders[1])
    merge(orders[2], orders[1])
    assert len(set(bundles(*orders))) == 1
    with refused("already_merged"):
        merge(*orders)


def test_an_address_that_was_only_typed_otherwise_is_no_obstacle(orders):
    detail = f" {cast.HOME.detail}，".replace("1", "１")
    to = replace(cast.HOME, detail=detail, phone=f"+86 {cast.HOME.phone}", province="浙江")
    change_address(orders[1].pk, to=to, actor=cast.clerk())
    assert fresh(orders[1]).destination == orders[0].destination
    merge(orders[0], orders[1])


def test_who_lives_elsewhere_or_is_somebody_else_is_named(orders):
    change_address(orders[1].pk, to=replace(cast.HOME, detail="别处 1 号"), actor=cast.clerk())
    stranger = cast.prepared_order()
    with refused("other_recipient") as caught:
        merge(*orders, stranger)
    assert caught.value.extra == {"orders": [orders[1].number, stranger.number]}
    assert str(caught.value).count(orders[1].number) == str(caught.value).count(stranger.number) == 1
    assert orders[2].number not in str(caught.value)
    assert bundles(*orders) == [None] * 3


def test_one_alone_is_not_merged(orders):
    with refused("too_few", 400):
        merge(orders[0], orders[0])


def test_an_order_that_cannot_go_is_named(orders):
    hold_order(orders[1].pk, reason="等", actor=cast.clerk())
    with refused("held") as caught:
        merge(*orders)
    assert orders[1].number in str(caught.value)


def test_an_order_clerk_does_not_merge(orders):
    with refused("forbidden", 403):
        merge_orders([order.pk for order in orders], actor=cast.clerk("finance"))


def test_what_was_separated_goes_by_itself_and_the_others_go_on_together(orders):
    merge(*orders)
    separate_order(orders[0].pk, actor=WAREHOUSE)
    first, *others = bundles(*orders)
    assert first is None and others[0] == others[1] is not None
    assert last_event(orders[0]).data == {
        "parted": [orders[1].number, orders[2].number],
        "parted_by": "order.separate",
    }
    assert last_event(orders[1]).data == {
        "together": [orders[2].number],
        "parted": [orders[0].number],
        "parted_by": "order.separate",
    }
    separate_order(orders[1].pk, actor=WAREHOUSE)
    assert bundles(*orders) == [None] * 3
    with refused("not_merged"):
        separate_order(orders[1].pk, actor=WAREHOUSE)


@pytest.fixture
def couriers() -> None:
    set_up_couriers()


def ask(order: Order) -> Waybill:
    return request_whole(order.pk, wish=Wish("ZTO"), actor=WAREHOUSE)


def issue(waybill: Waybill) -> None:
    columns = {"state": WaybillState.ISSUED, "tracking_no": "75000000000001", "next_try_at": None}
    Waybill.objects.filter(pk=waybill.pk).update(**columns)


def test_one_label_holds_all_of_them_under_the_first(couriers, orders):
    merge(*orders)
    waybill = ask(orders[1])
    assert waybill.order == orders[0]
    assert sorted(waybill.contents.values()) == [1, 2, 3]
    assert ask(orders[2]) == waybill
    assert [fresh(order).has_label for order in orders] == [True] * 3
    for order in orders:
        with refused("has_label"):
            separate_order(order.pk, actor=WAREHOUSE)
    with refused("goes_together"):
        ship_order(orders[1].pk, parcels=[cast.parcel()], actor=WAREHOUSE)


def test_only_at_the_first_it_is_asked_for_by_hand(couriers, orders):
    merge(*orders)
    with refused("label_at_first") as caught:
        request_waybill(orders[2].pk, wish=Wish("ZTO"), actor=WAREHOUSE)
    assert caught.value.extra == {"order": orders[0].number}


def test_without_its_label_they_are_free_again_and_still_together(couriers, orders):
    merge(*orders)
    waybill = ask(orders[0])
    Waybill.objects.filter(pk=waybill.pk).update(state=WaybillState.UNKNOWN)
    give_up_waybill(waybill.pk, reason="没有", actor=WAREHOUSE)
    assert [fresh(order).has_label for order in orders] == [False] * 3
    assert len(set(bundles(*orders))) == 1
    separate_order(orders[0].pk, actor=WAREHOUSE)


@pytest.mark.parametrize("pressed", [0, 2])
def test_what_has_its_label_is_shipped_together_by_one_press(couriers, orders, pressed):
    merge(*orders)
    issue(ask(orders[0]))
    ship_labelled(orders[pressed].pk, actor=WAREHOUSE)
    parcel = Parcel.objects.get()
    assert sorted(parcel.lines.values_list("quantity", flat=True)) == [1, 2, 3]
    assert [fresh(order).stage for order in orders] == [Stage.SHIPPED] * 3
    assert Waybill.objects.get().state == WaybillState.USED
    for order in orders:
        ship_labelled(order.pk, actor=WAREHOUSE)
    undo_ship(parcel.pk, actor=WAREHOUSE)
    assert [fresh(order).has_label for order in orders] == [True] * 3
    assert len(set(bundles(*orders))) == 1
    ship_labelled(orders[1].pk, actor=WAREHOUSE)
    assert [fresh(order).stage for order in orders] == [Stage.SHIPPED] * 3


def test_one_that_closes_by_itself_has_the_label_of_all_taken_back(couriers, orders):
    merge(*orders)
    waybill = ask(orders[0])
    issue(waybill)
    assert void_waybills(orders[2].pk) is True
    assert Waybill.objects.get().state == WaybillState.VOIDING
    apply_voided(Waybill.objects.get())
    assert [fresh(order).has_label for order in orders] == [False] * 3


def test_a_number_typed_by_hand_ships_all_of_them(orders):
    merge(*orders)
    others = [orders[0].pk, orders[2].pk]
    ship_together(orders[1].pk, others=others, parcels=[cast.parcel()], actor=WAREHOUSE)
    assert [fresh(order).stage for order in orders] == [Stage.SHIPPED] * 3
    assert not Event.objects.filter(verb="order.part").exists()
