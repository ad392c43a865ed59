"""Confirming and preparing, and who may."""

import pytest

from orders.models import Note
from orders.services.steps import confirm_order, prepare_order
from orders.stages import Stage
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of


def test_a_paid_order_is_confirmed_then_prepared():
    order = cast.paid_order()
    assert confirm_order(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.CONFIRMED
    assert prepare_order(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.PREPARING


def test_confirming_takes_a_note_along():
    order = cast.paid_order()
    confirm_order(order.pk, note="  要礼盒 ", actor=cast.clerk("order_clerk"))
    assert Note.objects.get(order=order).text == "要礼盒"


def test_with_the_preparing_step_off_confirming_passes_it():
    cast.open_shop(prepare_step_on=False)
    order = cast.paid_order()
    assert confirm_order(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.PREPARING
    assert verbs_of(order)[-2:] == ["confirm", "skip_prepare"]


@pytest.mark.parametrize("prepare_step_on", [True, False])
def test_the_second_to_confirm_is_told_who_was_first(prepare_step_on):
    cast.open_shop(prepare_step_on=prepare_step_on)
    order = cast.paid_order()
    confirm_order(order.pk, actor=cast.clerk("order_clerk", name="王店长"))
    with refused("already_done", 409) as caught:
        confirm_order(order.pk, actor=cast.clerk("order_clerk", name="李四", id_=2))
    assert "王店长" in str(caught.value)


def test_an_unpaid_order_is_neither_confirmed_nor_prepared():
    order = cast.place()
    for verb in (confirm_order, prepare_order):
        with refused("wrong_stage", 409):
            verb(order.pk, actor=cast.clerk("order_clerk"))


def test_cash_on_delivery_is_confirmed_though_it_owes():
    order = cast.place(pay_method=PayMethod.COD)
    assert confirm_order(order.pk, actor=cast.clerk("order_clerk")).owed_fen > 0


@pytest.mark.parametrize("role", ["warehouse", "finance", "store_clerk"])
def test_roles_without_editing_may_not(role):
    order = cast.paid_order()
    with refused("forbidden", 403):
        confirm_order(order.pk, actor=cast.clerk(role))
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_a_buyer_does_not_confirm_their_own_order():
    order = cast.paid_order()
    with refused("forbidden", 403):
        confirm_order(order.pk, actor=cast.buyer(order))


def test_an_order_that_does_not_exist_is_not_found():
    with refused("not_found", 404):
        confirm_order(10**9, actor=cast.clerk("order_clerk"))
