"""What ends it by itself that orders go together, and who is told why."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.services.merging import merge_orders
from orders.services.steps import hold_order, receive_order, release_order, undo_confirm
from orders.shipping.services.ship import ship_order
from orders.shipping.services.together import ship_together
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.asking import Wish
from orders.waybills.services.ending import give_up_waybill
from orders.waybills.services.whole import request_whole
from shop.events.delivery import deliver_batch
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused
from tests.waybills.conftest import set_up_couriers

WAREHOUSE, OWNER = cast.clerk("warehouse"), cast.clerk()
ELSEWHERE = replace(cast.HOME, detail="别处 1 号")


@pytest.fixture
def orders() -> list[Order]:
    """Three of one buyer that go together."""
    customer = cast.make_customer()
    orders = [cast.prepared_order(customer=customer) for _ in range(3)]
    merge_orders([order.pk for order in orders], actor=WAREHOUSE)
    return orders


def deliver() -> None:
    while deliver_batch():
        pass


def cancel_all_goods(order: Order) -> None:
    line = order.lines.get()
    cancel_lines(order.pk, quantities={line.pk: line.quantity}, reason="x", actor=OWNER)


ENDS: dict[str, Callable[[Order], object]] = {
    "order.change_address": lambda order: change_address(order.pk, to=ELSEWHERE, actor=OWNER),
    "order.hold": lambda order: hold_order(order.pk, reason="等", actor=OWNER),
    "order.undo_confirm": lambda order: undo_confirm(order.pk, actor=OWNER),
    "order.cancel_paid": lambda order: cancel_paid(order.pk, reason="x", actor=OWNER),
    "order.close_empty": cancel_all_goods,
    "order.ship": lambda order: ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE),
}


def tell(order: Order) -> dict[str, object]:
    event = Event.objects.filter(kind="order", subject_id=order.pk, verb="order.part").latest("number")
    return event.data


@pytest.mark.parametrize("verb", ENDS)
def test_what_cannot_go_along_leaves_at_once_and_all_are_told_why(orders, verb):
    gone, *rest = orders
    ENDS[verb](gone)
    assert fresh(gone).bundle is None
    deliver()
    assert fresh(gone).parted_from is None
    assert tell(gone) == {"parted": [order.number for order in rest], "parted_by": verb}
    for order, other in (rest, rest[::-1]):
        assert tell(order) == {"together": [other.number], "parted": [gone.number], "parted_by": verb}
        assert fresh(order).bundle is not None
    ENDS["order.hold"](rest[0])
    deliver()
    assert [fresh(order).bundle for order in orders] == [None] * 3
    assert tell(rest[1]) == {"parted": [rest[0].number], "parted_by": "order.hold"}


def test_two_that_leave_at_one_moment_free_the_last(orders):
    for order in orders[:2]:
        hold_order(order.pk, reason="等", actor=OWNER)
    deliver()
    assert [(fresh(order).bundle, fresh(order).parted_from) for order in orders] == [(None, None)] * 3


def test_what_is_released_again_has_to_be_merged_again(orders):
    hold_order(orders[0].pk, reason="等", actor=OWNER)
    release_order(orders[0].pk, actor=OWNER)
    deliver()
    assert fresh(orders[0]).bundle is None
    merge_orders([orders[0].pk, orders[1].pk], actor=WAREHOUSE)
    assert len({fresh(order).bundle for order in orders}) == 1


def test_an_address_that_is_only_written_otherwise_ends_nothing(orders):
    to = replace(cast.HOME, detail=f"{cast.HOME.detail} 。")
    change_address(orders[0].pk, to=to, actor=OWNER)
    deliver()
    assert fresh(orders[0]).bundle is not None
    assert not Event.objects.filter(verb="order.part").exists()


def test_while_there_is_a_label_a_held_order_stays_and_leaves_when_it_is_gone(orders):
    set_up_couriers()
    waybill = request_whole(orders[0].pk, wish=Wish("ZTO"), actor=WAREHOUSE)
    hold_order(orders[1].pk, reason="等", actor=OWNER)
    deliver()
    assert fresh(orders[1]).bundle is not None
    with refused("has_label"):
        change_address(orders[2].pk, to=ELSEWHERE, actor=OWNER)
    Waybill.objects.filter(pk=waybill.pk).update(state=WaybillState.UNKNOWN)
    give_up_waybill(waybill.pk, reason="没有", actor=WAREHOUSE)
    deliver()
    assert fresh(orders[1]).bundle is None
    assert tell(orders[0])["parted_by"] == "order.unlabel"


def test_what_was_received_is_in_no_bundle_and_goes_nowhere_any_more(orders):
    lead, *others = orders
    pks = [order.pk for order in others]
    ship_together(lead.pk, others=pks, parcels=[cast.parcel()], actor=WAREHOUSE)
    assert fresh(lead).bundle is not None and fresh(lead).destination
    receive_order(lead.pk, actor=cast.buyer(lead))
    assert (fresh(lead).bundle, fresh(lead).destination) == (None, 0)
