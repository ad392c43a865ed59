"""Taking one parcel back before it moves."""

import pytest

from orders.services.steps import receive_order
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.stages import Stage
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def shipped_in_two():
    sku = cast.make_sku(on_hand=10)
    order = cast.prepared_order(basket={sku.pk: 3})
    line = order.lines.get().pk
    for pieces in (1, 2):
        ship_order(order.pk, parcels=[cast.parcel({line: pieces})], actor=cast.clerk())
    return fresh(order), sku, *Parcel.objects.order_by("pk")


def test_its_pieces_are_reserved_again_and_the_order_is_prepared():
    _order, sku, _one, two = shipped_in_two()
    undone = undo_ship(two.pk, actor=cast.clerk())
    assert (undone.stage, undone.pieces_to_send, undone.receive_by) == (Stage.PREPARING, 2, None)
    assert undone.ship_by is not None
    assert stock_of(sku.pk) == (9, 2)


def test_the_number_may_be_used_again():
    order, _sku, _one, two = shipped_in_two()
    undo_ship(two.pk, actor=cast.clerk())
    again = NewParcel(two.courier, two.tracking_no)
    assert ship_order(order.pk, parcels=[again], actor=cast.clerk()).stage == Stage.SHIPPED
    assert verbs_of(order)[-3:] == ["ship", "undo_ship", "ship"]


def test_a_parcel_is_undone_once():
    *_rest, two = shipped_in_two()
    undo_ship(two.pk, actor=cast.clerk())
    with refused("parcel_undone"):
        undo_ship(two.pk, actor=cast.clerk())


def test_a_parcel_that_moves_is_not_undone():
    _order, _sku, one, two = shipped_in_two()
    arrive_parcel(one.pk, actor=cast.clerk())
    with refused("parcel_moved"):
        undo_ship(one.pk, actor=cast.clerk())
    undo_ship(two.pk, actor=cast.clerk())
    two.refresh_from_db()
    assert two.state == ParcelState.UNDONE


def test_not_after_receiving():
    order, _sku, _one, two = shipped_in_two()
    receive_order(order.pk, actor=cast.buyer(order))
    with refused("wrong_stage"):
        undo_ship(two.pk, actor=cast.clerk())


def test_what_does_not_exist_is_not_found():
    with refused("not_found", 404):
        undo_ship(10**9, actor=cast.clerk())


@pytest.mark.parametrize("role", ["support", "finance"])
def test_staff_need_the_capability(role):
    *_rest, two = shipped_in_two()
    with refused("forbidden", 403):
        undo_ship(two.pk, actor=cast.clerk(role))
