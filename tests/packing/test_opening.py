"""Who packs an order: one person at a time, and only what may be sent."""

from datetime import timedelta

import pytest

from orders.models import Order, OrderLine
from orders.packing.models import Packing, PackingState
from orders.packing.services.opening import leave_packing, open_packing
from orders.payments.changes.cancelling import cancel_paid
from orders.services.steps import hold_order
from shop import clock
from shop.events.delivery import deliver_batch
from shop.store.choices import Delivery
from tests import cast
from tests.expect import refused
from tests.packing.acts import LI, WANG, begin, fill_box, order_of, packed, press, scan, told


def test_who_scans_an_order_packs_it_and_goes_on_with_it_after_a_reload() -> None:
    order, sku = order_of(3)
    begin(order)
    scan(order, sku)
    packing = begin(order)
    assert (packing.packer_name, packed(order), told(order)) == ("李四", 1, ["begin"])


def test_a_second_person_hears_who_packs_it_and_takes_it_over_by_agreeing() -> None:
    order, sku = order_of(3)
    begin(order)
    scan(order, sku)
    with refused("being_packed") as caught:
        begin(order, WANG)
    assert "李四" in str(caught.value)
    open_packing(order.pk, press(WANG), agreed=caught.value.extra["ask"])
    assert (told(order), packed(order)) == (["begin", "take_over"], 1)
    with refused("being_packed") as late:
        scan(order, sku)
    assert "王五" in str(late.value)


def test_what_was_agreed_to_counts_for_the_packing_as_it_was() -> None:
    order, _sku = order_of()
    begin(order)
    with refused("being_packed") as caught:
        begin(order, WANG)
    scan(order, None)
    with refused("being_packed"):
        open_packing(order.pk, press(WANG), agreed=caught.value.extra["ask"])


@pytest.mark.parametrize(("minutes", "is_free"), [(59, False), (60, True)])
def test_an_hour_after_the_last_scan_it_is_free(minutes: int, is_free: bool) -> None:
    order, sku = order_of()
    with clock.at(clock.now() - timedelta(hours=2)):
        begin(order)
    with clock.at(clock.now() - timedelta(minutes=minutes)):
        scan(order, sku)
    if not is_free:
        with refused("being_packed"):
            begin(order, WANG)
        return
    assert begin(order, WANG).packer_name == "王五"
    assert packed(order) == 1


def test_what_may_not_be_shipped_is_not_packed() -> None:
    unpaid = cast.place()
    with refused("wrong_stage"):
        begin(unpaid)
    held, _sku = order_of()
    hold_order(held.pk, reason="等客户", actor=cast.clerk())
    with refused("held") as caught:
        begin(held)
    assert "等客户" in str(caught.value)
    sent = cast.shipped_order()
    with refused("already_done"):
        begin(sent)
    assert not Packing.objects.exists()


def test_what_is_picked_up_or_wholly_short_is_not_packed() -> None:
    order, _sku = order_of()
    cast.to_pick_up(order)
    with refused("is_picked_up"):
        begin(order)
    Order.objects.filter(pk=order.pk).update(delivery=Delivery.EXPRESS, pickup_store=None, is_short=True)
    OrderLine.objects.filter(order=order).update(short=2, reserved=0)
    with refused("short"):
        begin(order)
    OrderLine.objects.filter(order=order).update(short=0, reserved=2)
    Order.objects.filter(pk=order.pk).update(is_short=False)


def test_who_may_not_ship_may_not_pack() -> None:
    order, _sku = order_of()
    with refused("forbidden", 403):
        begin(order, cast.clerk("support"))


def test_giving_up_empties_the_box() -> None:
    order, sku = order_of(2)
    fill_box(order, sku)
    leave_packing(order.pk, press())
    assert told(order) == ["begin", "leave"]
    begin(order)
    assert packed(order) == 0


def test_giving_up_is_possible_when_the_order_is_held_meanwhile() -> None:
    order, _sku = order_of()
    begin(order)
    hold_order(order.pk, reason="等", actor=cast.clerk())
    leave_packing(order.pk, press())
    assert Packing.objects.get().state == PackingState.LEFT
    with refused("not_packed"):
        leave_packing(order.pk, press())


def test_nobody_gives_up_what_another_packs() -> None:
    order, _sku = order_of()
    begin(order)
    with refused("being_packed"):
        leave_packing(order.pk, press(WANG))


def test_an_order_that_closes_or_is_sent_otherwise_is_not_packed_any_more() -> None:
    closed, _sku = order_of()
    begin(closed)
    cancel_paid(closed.pk, reason="缺货", actor=cast.clerk())
    sent, sku = order_of()
    begin(sent)
    scan(sent, sku)
    cast.ship_order(sent.pk, parcels=[cast.parcel()], actor=LI)
    while deliver_batch():
        pass
    assert told(closed) == told(sent) == ["begin", "end"]
    assert not Packing.objects.filter(state=PackingState.OPEN).exists()
