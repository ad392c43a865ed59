"""Holding stops shipping and the ship-by clock, not cancelling."""

from datetime import timedelta

from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.services.steps import hold_order, release_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from shop import clock
from shop.events.sweeping import sweep
from tests import cast
from tests.expect import fresh, refused, verbs_of


def held_order(**kwargs):
    order = cast.prepared_order(**kwargs)
    return hold_order(order.pk, reason="买家要改地址", actor=cast.clerk("order_clerk"))


def test_a_held_order_is_not_shipped_and_says_why():
    with refused("held") as caught:
        ship_order(held_order().pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    assert "买家要改地址" in str(caught.value)


def test_a_held_order_can_be_cancelled():
    order = cancel_paid(held_order().pk, reason="缺货", actor=cast.clerk("order_clerk"))
    assert (order.stage, order.is_held) == (Stage.CLOSED, False)


def test_the_time_held_is_added_to_the_ship_by_deadline():
    order = held_order()
    with clock.at(order.held_at + timedelta(hours=5)):
        released = release_order(order.pk, actor=cast.clerk("order_clerk"))
    assert released.ship_by == order.ship_by + timedelta(hours=5)
    assert (released.is_held, released.hold_reason) == (False, "")


def test_the_timer_releases_at_the_chosen_time():
    order = cast.paid_order()
    until = clock.now() + timedelta(hours=2)
    hold_order(order.pk, reason="等买家", release_at=until, actor=cast.clerk("order_clerk"))
    sweep()
    assert fresh(order).is_held
    with clock.at(until):
        sweep()
    assert not fresh(order).is_held
    assert verbs_of(order)[-1] == "release"


def test_holding_needs_a_reason_and_a_future_release():
    order = cast.paid_order()
    with refused("reason_required", 400):
        hold_order(order.pk, reason="  ", actor=cast.clerk("order_clerk"))
    with refused("release_in_past", 400):
        hold_order(
            order.pk,
            reason="x",
            release_at=clock.now() - timedelta(minutes=1),
            actor=cast.clerk("order_clerk"),
        )


def test_holding_twice_and_releasing_what_is_free_are_refused():
    order = held_order()
    with refused("already_held"):
        hold_order(order.pk, reason="x", actor=cast.clerk("order_clerk"))
    release_order(order.pk, actor=cast.clerk("order_clerk"))
    with refused("not_held"):
        release_order(order.pk, actor=cast.clerk("order_clerk"))


def test_only_orders_in_hand_are_held():
    for order in (cast.place(), cast.shipped_order()):
        with refused("wrong_stage"):
            hold_order(order.pk, reason="x", actor=cast.clerk("order_clerk"))


def test_a_hold_ends_when_the_rest_of_the_order_is_cancelled():
    """Nothing is left to send, so nobody could release it any more."""
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    ship_order(order.pk, parcels=[cast.parcel({line.pk: 1})], actor=cast.clerk("warehouse"))
    hold_order(
        order.pk, reason="x", release_at=clock.now() + timedelta(hours=1), actor=cast.clerk("order_clerk")
    )
    cancel_lines(order.pk, quantities={line.pk: 1}, reason="缺货", actor=cast.clerk("order_clerk"))
    order = fresh(order)
    assert (order.stage, order.is_held, order.release_at) == (Stage.SHIPPED, False, None)
