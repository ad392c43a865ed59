"""What a buyer sends back: its parcel, its number, and what becomes of it before it is there."""

import pytest

from orders.shipping.models import Direction, FormerNumber, ParcelState
from orders.shipping.selectors import list_parcels, list_returns
from orders.shipping.services.turning import turn_back, undo_turn_back
from orders.stages import Stage
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.returns.cases import (
    BACK_NO,
    CASE,
    SUPPORT,
    WAREHOUSE,
    adopt,
    announce,
    received,
    renumber,
    take,
    withdraw,
)
from tests.shipping.cash import parcel_of
from tests.shipping.test_shared_parcels import share_parcel


def test_its_parcel_comes_back_for_a_case_and_nothing_else_moves():
    order = received()
    parcel = announce(order)
    assert (parcel.direction, parcel.state, parcel.case_number) == (Direction.BACK, ParcelState.SENT, CASE)
    assert (order.stage, order.pieces_returned, order.is_coming_back) == (Stage.DONE, 0, False)
    assert list(list_returns(order)) == [parcel] and parcel not in list_parcels(order)
    assert verbs_of(order)[-1] == "return_announce"


def test_its_number_is_cleaned_and_its_courier_may_be_one_that_nobody_knows():
    parcel = announce(received(), number=" yt 8800000000001 ", courier=" 同城小哥 ")
    assert (parcel.tracking_no, parcel.courier_name) == (BACK_NO, "同城小哥")


@pytest.mark.parametrize(
    ("number", "courier", "code"),
    [
        ("  ", "YTO", "tracking_required"),
        ("运单号", "YTO", "tracking_required"),
        ("9" * 41, "YTO", "tracking_required"),
        (BACK_NO, " ", "courier_required"),
        (BACK_NO, "很" * 21, "courier_required"),
        (BACK_NO, "\u202egpj.exe", "courier_required"),
    ],
)
def test_without_a_number_and_a_courier_nothing_is_announced(number, courier, code):
    order = received()
    with refused(code, 400):
        announce(order, number=number, courier=courier)
    assert not list_returns(order)


@pytest.mark.parametrize(
    ("pieces", "code"), [(0, "nothing_chosen"), (-1, "bad_pieces"), (3, "more_than_sent")]
)
def test_no_more_comes_back_than_the_buyer_has(pieces, code):
    order = received(basket={cast.make_sku().pk: 2})
    with refused(code):
        announce(order, pieces)


def test_what_is_on_its_way_back_is_not_announced_again():
    order = received(basket={cast.make_sku().pk: 2})
    announce(order, 1)
    with refused("more_than_sent"):
        announce(order, 2, number="YT2")
    announce(order, 1, number="YT2", case_number="AS-2")
    assert list_returns(order).count() == 2


def test_nor_what_the_shop_has_taken_in():
    order = received(basket={cast.make_sku().pk: 2})
    announce(order, 1)
    take(order, 1)
    with refused("more_than_sent"):
        announce(order, 2, number="YT2")


@pytest.mark.parametrize("courier", ["SF", "YTO", "别的快递"])
def test_the_number_under_which_the_goods_came_is_not_that_of_the_return(courier):
    order = received()
    with refused("own_number") as told:
        announce(order, number=parcel_of(order).tracking_no, courier=courier)
    assert "寄给您" in str(told.value.to_buyer)


def test_a_number_belongs_to_one_parcel_and_whose_it_is_stays_untold():
    first, second = received(), received()
    announce(first)
    with refused("duplicate_tracking") as told:
        announce(second)
    assert first.number not in str(told.value) and not told.value.extra.get("order")


def test_goods_that_nobody_has_sent_do_not_come_back():
    order = cast.prepared_order()
    with refused("nothing_shipped"):
        announce(order)


def test_support_announces_it_for_the_buyer_and_who_may_not_answer_after_sales_does_not():
    announce(received(), actor=SUPPORT)
    with refused("forbidden", 403):
        announce(received(), number="YT2", actor=cast.clerk("finance"))


class TestAnotherNumber:
    def test_the_former_one_is_kept_to_be_found_by(self):
        order = received()
        parcel = renumber(order, announce(order), "yt9900000000009", "ZTO")
        assert (parcel.courier, parcel.tracking_no) == ("ZTO", "YT9900000000009")
        assert FormerNumber.objects.get(parcel=parcel).tracking_no == BACK_NO
        assert verbs_of(order)[-1] == "return_renumber"

    def test_it_is_another_one_and_nobody_elses(self):
        order, other = received(), received()
        parcel = announce(order)
        taken = announce(other, number="YT2")
        with refused("same_number"):
            renumber(order, parcel, BACK_NO)
        with refused("duplicate_tracking"):
            renumber(order, parcel, taken.tracking_no)
        with refused("own_number"):
            renumber(order, parcel, parcel_of(order).tracking_no)

    def test_nor_that_of_a_parcel_which_was_refused(self):
        order = received()
        parcel = announce(order)
        turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        with refused("own_number"):
            renumber(order, parcel, parcel_of(order).tracking_no)
        undo_turn_back(parcel_of(order).pk, actor=WAREHOUSE)

    def test_of_another_order_there_is_none(self):
        parcel = announce(received())
        with refused("not_found", 404):
            renumber(received(), parcel, "YT2")

    def test_once_it_is_taken_in_its_number_stands(self):
        order = received()
        parcel = announce(order)
        take(order)
        with refused("parcel_arrived"):
            renumber(order, parcel, "YT2")


class TestGivingItUp:
    def test_the_goods_are_with_the_buyer_and_the_number_is_free(self):
        order = received()
        parcel = withdraw(order, announce(order))
        assert parcel.state == ParcelState.UNDONE and parcel.undone_at
        assert announce(order).pk != parcel.pk

    def test_not_when_it_is_there(self):
        order = received()
        parcel = announce(order)
        take(order)
        with refused("parcel_arrived"):
            withdraw(order, parcel)

    def test_what_went_out_is_not_given_up(self):
        order = received()
        with refused("not_found", 404):
            withdraw(order, parcel_of(order))


class TestARefusedParcel:
    def test_by_its_number_it_is_the_return(self):
        order = cast.shipped_order()
        turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        parcel = announce(order, number=parcel_of(order).tracking_no, courier="SF")
        assert parcel == parcel_of(order) and parcel.case_number == CASE
        assert verbs_of(order)[-1] == "return_adopt" and not list_returns(order)

    def test_it_is_that_of_one_case_however_often_it_is_said(self):
        order = cast.shipped_order()
        parcel = parcel_of(order)
        with refused("not_refused"):
            adopt(order, parcel)
        turn_back(parcel.pk, actor=WAREHOUSE)
        adopt(order, parcel)
        adopt(order, parcel)
        assert verbs_of(order).count("return_adopt") == 1
        with refused("already_adopted"):
            adopt(order, parcel, "AS-2")

    def test_given_up_it_is_free_for_another_case(self):
        order = cast.shipped_order()
        turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        adopt(order, parcel_of(order))
        assert withdraw(order, parcel_of(order)).state == ParcelState.SENT
        adopt(order, parcel_of(order), "AS-2")

    def test_delivered_after_all_it_is_no_return_any_more(self):
        order = cast.shipped_order()
        turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        adopt(order, parcel_of(order))
        undo_turn_back(parcel_of(order).pk, actor=WAREHOUSE)
        assert parcel_of(order).case_number == "" and not fresh(order).is_coming_back

    def test_with_goods_of_other_orders_too_it_is_none_of_one_case(self):
        orders = [cast.prepared_order() for _ in range(2)]
        parcel = share_parcel(*orders)
        turn_back(parcel.pk, actor=WAREHOUSE)
        with refused("shared_parcel"):
            adopt(orders[0], parcel)
