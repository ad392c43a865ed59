"""Refunds that a case decides: booked on lines by pieces, within the limit of whoever settles it."""

from dataclasses import replace

import pytest
from django.db import transaction

from orders.models import Order
from orders.moves import lock_row
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.models import RefundCause
from orders.payments.refunding.committing import refund_for_aftersale
from orders.payments.refunding.plan import Wanted, plan_refund
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from shop.access import ROLES, can_refund
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused
from tests.payments.refunding.cases import SUPPORT, give, list_amounts, list_ids, settle

CLERK = cast.clerk("order_clerk")


@pytest.fixture
def order() -> Order:
    """Three of ¥10 and one of ¥30, freight ¥10."""
    return cast.paid_order(basket={cast.make_sku(price_fen=fen).pk: n for fen, n in ((10_00, 3), (30_00, 1))})


def cancel(order: Order, *pieces: int) -> None:
    chosen = dict(zip(list_ids(order), pieces, strict=True))
    cancel_lines(order.pk, quantities=chosen, reason="缺货", actor=CLERK)


def ship(order: Order, *pieces: int) -> None:
    confirm_order(order.pk, actor=CLERK)
    prepare_order(order.pk, actor=CLERK)
    chosen = dict(zip(list_ids(order), pieces, strict=True))
    ship_order(order.pk, parcels=[cast.parcel(chosen)], actor=cast.clerk("warehouse"))


def test_a_refund_says_its_case_its_pieces_and_who_decided_it(order):
    first, second = list_ids(order)
    [refund] = give(order, {0: 2, 1: 1}, freight_fen=None)
    assert (refund.cause, refund.case_number, refund.decided_by_name) == (RefundCause.AFTERSALE, "A1", "小何")
    assert list(refund.lines.order_by("pk").values_list("order_line", "amount_fen", "pieces")) == [
        (first, 20_00, 2),
        (second, 30_00, 1),
        (None, 10_00, 0),
    ]
    event = Event.objects.get(kind="order", subject_id=order.pk, verb="order.refund")
    assert event.data["shares"] == {str(first): 20_00, str(second): 30_00}


@pytest.mark.parametrize("role", ["support", "order_clerk", "warehouse", "manager"])
def test_whoever_settles_cases_may(order, role):
    assert settle(order, Wanted({list_ids(order)[0]: 1}), actor=cast.clerk(role))


@pytest.mark.parametrize("role", ["store_clerk"])
def test_others_may_not(order, role):
    with refused("forbidden", 403):
        settle(order, Wanted({list_ids(order)[0]: 1}), actor=cast.clerk(role))


def test_whoever_settles_cases_still_refunds_nothing_by_itself(order):
    with refused("forbidden", 403):
        refund_part(order.pk, PartRefund(1, "x"), actor=SUPPORT)


def test_the_limit_binds_all_who_settle_cases(order):
    assert all(can_refund(ROLES[role]) for role in ("support", "warehouse", "order_clerk"))
    limited = replace(SUPPORT, refund_limit_fen=15_00)
    settle(order, Wanted({list_ids(order)[0]: 1}), actor=limited)
    with refused("over_refund_limit", 403):
        settle(order, Wanted({list_ids(order)[0]: 1}), actor=limited)


def test_above_the_shops_limit_two_must_agree(order):
    cast.open_shop(second_person_above_fen=10_00)
    with refused("second_person_required"):
        give(order, {0: 2})
    two = replace(SUPPORT, second=cast.clerk("finance", id_=77))
    assert settle(order, Wanted({list_ids(order)[0]: 2}), actor=two)


def test_a_plan_from_before_the_lock_is_not_carried_out_when_less_is_left(order):
    plan = plan_refund(order, Wanted({list_ids(order)[0]: 3}))
    give(order, {0: 1})
    with refused("over_share"), transaction.atomic():
        refund_for_aftersale(lock_row(order.pk), plan, reason="x", actor=SUPPORT, case_number="A2")
    plan = plan_refund(order, Wanted(fen={list_ids(order)[0]: None}))
    give(order, {0: 1})
    with refused("plan_outdated"), transaction.atomic():
        refund_for_aftersale(lock_row(order.pk), plan, reason="x", actor=SUPPORT, case_number="A2")
    assert list_amounts(order) == [10_00, 10_00]


class TestEveryOrderOfEvents:
    """What was refunded for pieces is neither refunded again nor taken from others."""

    def test_cancelled_then_refunded(self, order):
        cancel(order, 1, 0)
        with refused("over_share"):
            give(order, {0: 3})
        give(order, {0: 2})
        assert list_amounts(order) == [10_00, 20_00]

    def test_sent_and_refunded_then_the_rest_is_cancelled(self, order):
        ship(order, 1, 1)
        give(order, {0: 1})
        cancel(order, 1, 0)
        cancel(order, 1, 0)
        assert list_amounts(order) == [10_00, 10_00, 10_00]

    def test_not_sent_and_refunded_then_all_is_cancelled(self, order):
        give(order, {0: 2})
        cancel(order, 3, 1)
        assert (list_amounts(order), fresh(order).stage) == ([20_00, 50_00], Stage.CLOSED)

    def test_not_sent_and_refunded_then_one_is_cancelled(self, order):
        give(order, {0: 2})
        cancel(order, 1, 0)
        assert list_amounts(order) == [20_00, 3_33]

    def test_all_refunded_then_all_cancelled(self, order):
        give(order, {0: 3, 1: 1}, freight_fen=None)
        cancel(order, 3, 1)
        assert (list_amounts(order), fresh(order).stage) == ([70_00], Stage.CLOSED)

    def test_sent_refunded_and_the_others_refunded_too(self, order):
        ship(order, 2, 1)
        give(order, {0: 1})
        cancel(order, 1, 0)
        give(order, {0: 1, 1: 1}, freight_fen=None)
        assert list_amounts(order) == [10_00, 10_00, 50_00]
