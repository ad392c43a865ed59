"""A case, a cancellation and a partial refund of one order, all at one moment: together never above what is left."""

from collections.abc import Callable

import pytest
from django.db import transaction

from orders.models import Order
from orders.moves import lock_order
from orders.payments.changes import partial
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.refunding.committing import refund_for_aftersale
from orders.payments.refunding.plan import Plan, Wanted, plan_refund
from shop.actor import SYSTEM
from tests import cast
from tests.conftest import find_broken_books
from tests.payments.refunding.cases import list_amounts, list_ids
from tests.races.conftest import Rendezvous, codes_of, run_together

ROUNDS = 6
FIRST, SECOND = cast.clerk("finance", id_=1), cast.clerk("manager", id_=2)
CLERK = cast.clerk("order_clerk", id_=3)


@pytest.fixture
def order() -> Order:
    """Three of ¥10, freight ¥10."""
    return cast.paid_order(basket={cast.make_sku(price_fen=10_00).pk: 3})


def settle(order: Order, pieces: int) -> None:
    with transaction.atomic():
        locked = lock_order(order.pk, "order.refund", actor=SYSTEM)
        plan = plan_refund(locked, Wanted({list_ids(order)[0]: pieces}))
        refund_for_aftersale(locked, plan, reason="破损", actor=CLERK, case_number="A1")


def refund(order: Order, pieces: int, actor=FIRST) -> None:
    refund_part(order.pk, PartRefund(None, "破损", pieces={list_ids(order)[0]: pieces}), actor=actor)


def cancel(order: Order, pieces: int) -> None:
    cancel_lines(order.pk, quantities={list_ids(order)[0]: pieces}, reason="缺货", actor=CLERK)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_staff_and_a_case_want_the_same_pieces(order, _round):
    acts: list[Callable[[], None]] = [
        lambda: settle(order, 2),
        lambda: refund(order, 2),
        lambda: refund(order, 2, SECOND),
    ]
    assert codes_of(run_together(acts)) == ["ok", "over_share", "over_share"]
    assert list_amounts(order) == [20_00]
    assert find_broken_books() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_case_a_cancellation_and_a_refund_are_together_what_was_paid_at_most(order, _round):
    acts: list[Callable[[], None]] = [
        lambda: settle(order, 2),
        lambda: cancel(order, 3),
        lambda: refund(order, 1, SECOND),
    ]
    told = {*codes_of(run_together(acts))}
    assert "ok" in told and told <= {"ok", "over_share", "over_refundable"}
    assert sum(list_amounts(order)) <= 40_00
    assert find_broken_books() == []


def test_without_the_lock_both_plan_the_same_pieces_and_the_version_is_the_last_guard(
    order, monkeypatch, switch_off_order_lock
):
    planned, plans = Rendezvous(2), []

    def plan_and_meet(of: Order, wanted: Wanted) -> Plan:
        plans.append(plan_refund(of, wanted))
        planned.meet()
        return plans[-1]

    monkeypatch.setattr(partial, "plan_refund", plan_and_meet)
    switch_off_order_lock(2)
    told = codes_of(run_together([lambda: refund(order, 2), lambda: refund(order, 2, SECOND)]))
    assert [plan.amount_fen for plan in plans] == [20_00, 20_00]
    assert told.count("ok") == 1 and "over_share" not in told
    assert list_amounts(order) == [20_00]
