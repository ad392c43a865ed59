"""Forms that were opened before the order changed."""

import pytest

from orders.moves import lock_order
from orders.payments.changes.cancelling import cancel_unpaid
from orders.services.recipient import reveal_recipient
from orders.services.steps import (
    add_note,
    confirm_order,
    extend_receipt,
    hold_order,
    prepare_order,
    receive_order,
    set_seller_remark,
    urge_order,
)
from orders.shipping.models import Parcel
from orders.shipping.services.ship import ship_order, undo_ship
from shop import clock
from shop.actor import SYSTEM
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused

WANG, LI = cast.clerk("order_clerk", name="王店长", id_=1), cast.clerk("order_clerk", name="李四", id_=2)


def test_a_form_opened_before_somebody_else_acted_says_who_did_what():
    order = cast.paid_order()
    opened = order.version
    confirm_order(order.pk, actor=WANG, expected_version=opened)
    with refused("already_done", 409) as caught:
        hold_order(order.pk, reason="缺货", actor=LI, expected_version=opened)
    assert "王店长" in str(caught.value)
    assert caught.value.extra["verb"] == "order.confirm"


def test_own_saves_one_after_the_other_never_conflict():
    order = cast.paid_order()
    opened = order.version
    add_note(order.pk, text="一", actor=WANG)
    set_seller_remark(order.pk, text="二", actor=WANG, expected_version=opened)
    confirm_order(order.pk, actor=WANG, expected_version=opened)


@pytest.mark.parametrize(("writer", "reader"), [(LI, WANG), (WANG, LI)])
def test_another_clerks_remark_does_conflict(writer, reader):
    order = cast.paid_order()
    opened = order.version
    set_seller_remark(order.pk, text="先别发", actor=writer)
    with refused("already_done"):
        confirm_order(order.pk, actor=reader, expected_version=opened)


def test_somebody_else_only_looking_makes_no_form_stale():
    order = cast.paid_order()
    opened = order.version
    reveal_recipient(order.pk, purpose="reveal", actor=LI)
    confirm_order(order.pk, actor=WANG, expected_version=opened)


def test_the_same_verb_twice_from_one_form_counts_once():
    order = cast.paid_order()
    opened = order.version
    set_seller_remark(order.pk, text="一", actor=WANG, expected_version=opened)
    with refused("already_done"):
        set_seller_remark(order.pk, text="二", actor=WANG, expected_version=opened)


def test_shipping_pressed_twice_without_a_form_still_names_the_first():
    order = cast.prepared_order()
    ship_order(order.pk, parcels=[cast.parcel()], actor=WANG)
    with refused("already_done") as caught:
        ship_order(order.pk, parcels=[cast.parcel()], actor=LI)
    assert "王店长" in str(caught.value)


def test_a_closed_order_is_not_called_confirmed():
    order = cast.paid_order()
    confirm_order(order.pk, actor=WANG)
    prepare_order(order.pk, actor=WANG)
    with refused("wrong_stage"):
        confirm_order(cast.place().pk, actor=WANG)


@pytest.mark.parametrize("moves", [[confirm_order], [confirm_order, prepare_order]])
def test_ones_own_move_makes_an_older_form_stale_whichever_stage_it_led_to(moves):
    order = cast.paid_order()
    for move in moves:
        before = fresh(order).version
        move(order.pk, actor=cast.clerk("order_clerk"))
        with refused("already_done", 409):
            hold_order(order.pk, reason="等", actor=cast.clerk("order_clerk"), expected_version=before)


def test_what_was_taken_back_since_is_not_called_done():
    order = cast.shipped_order()
    undo_ship(Parcel.objects.get().pk, actor=WANG)
    with refused("wrong_stage"):
        lock_order(order.pk, "order.receive", actor=LI)
    ship_order(order.pk, parcels=[cast.parcel()], actor=WANG)
    receive_order(order.pk, actor=WANG)
    with refused("wrong_stage") as caught:
        lock_order(order.pk, "order.undo_ship", actor=LI)
    assert caught.value.extra == {"stage": "done"}
    with refused("already_done"):
        lock_order(order.pk, "order.ship_part", actor=LI)


def test_a_version_that_the_order_never_had_is_stale():
    order = cast.paid_order()
    for never_had in (-1, order.version + 1, 1000):
        with refused("stale"):
            confirm_order(order.pk, actor=WANG, expected_version=never_had)


def test_a_form_from_before_the_first_version_is_told_what_came_since():
    order = cast.paid_order()
    with refused("already_done"):
        confirm_order(order.pk, actor=WANG, expected_version=0)


def test_a_buyer_with_the_number_of_a_clerk_is_somebody_else():
    order = cast.paid_order()
    opened = order.version
    urge_order(order.pk, actor=cast.buyer(order))
    namesake = cast.clerk("order_clerk", id_=order.customer_id)
    with refused("already_done"):
        confirm_order(order.pk, actor=namesake, expected_version=opened)


def test_what_left_the_order_where_it_was_is_not_called_done_once_it_has_gone_on():
    order = cast.shipped_order()
    extend_receipt(order.pk, days=2, actor=WANG)
    receive_order(order.pk, actor=WANG)
    with refused("wrong_stage"):
        extend_receipt(order.pk, days=2, actor=LI)


def test_a_step_of_the_system_is_named_as_done():
    order = cast.place()
    with clock.at(order.pay_by):
        cancel_unpaid(order.pk, actor=SYSTEM)
    with refused("already_done"):
        lock_order(order.pk, "order.change_address", actor=WANG, expected_version=order.version)


def test_what_happened_to_another_subject_of_the_same_number_is_none_of_the_orders():
    order = cast.paid_order()
    opened = order.version
    add_note(order.pk, text="一", actor=WANG)
    other = {"kind": "job", "subject_id": order.pk, "number": 50, "verb": "job.finish", "after": "done"}
    Event.objects.create(**other, actor_kind="system", at=clock.now())
    confirm_order(order.pk, actor=WANG, expected_version=opened)
