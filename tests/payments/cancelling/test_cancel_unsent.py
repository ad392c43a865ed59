"""Orders that were not sent in time: the buyer may cancel alone, or they close by themselves, by the rule."""

from datetime import timedelta

import pytest

from aftersales.choices import Kind
from orders.models import Order
from orders.payments.changes.cancelling import cancel_unsent
from orders.payments.models import Refund
from orders.payments.services.collecting import collect_payment
from orders.services.steps import hold_order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import undo_ship
from orders.stages import CloseReason, Stage
from shop import clock
from shop.actor import SYSTEM
from shop.events.sweeping import sweep
from shop.store.choices import OverdueRule, PayMethod
from tests import cast
from tests.aftersales.cases import hold
from tests.expect import fresh, refused, stock_of, verbs_of


@pytest.fixture
def buyer_may() -> None:
    cast.open_shop(overdue_rule=OverdueRule.BUYER)


@pytest.fixture
def closes() -> None:
    cast.open_shop(overdue_rule=OverdueRule.CLOSE)


def late(order: Order) -> Order:
    Order.objects.filter(pk=order.pk).update(ship_by=clock.now() - timedelta(minutes=1))
    return fresh(order)


def test_the_buyer_cancels_and_is_refunded(buyer_may):
    sku = cast.make_sku(on_hand=5)
    order = late(cast.paid_order(basket={sku.pk: 3}))
    closed = cancel_unsent(order.pk, actor=cast.buyer(order))
    assert (closed.stage, closed.close_reason) == (Stage.CLOSED, CloseReason.BUYER)
    assert stock_of(sku.pk) == (5, 0)
    assert Refund.objects.get(order=order).amount_fen == order.paid_fen
    assert verbs_of(order) == ["place", "pay", "cancel_unsent", "refund"]


def test_the_sweeper_closes_and_refunds(closes):
    order, in_time = late(cast.paid_order()), cast.paid_order()
    sweep()
    assert (fresh(order).stage, fresh(order).close_reason) == (Stage.CLOSED, CloseReason.OVERDUE)
    assert Refund.objects.get().amount_fen == order.paid_fen
    assert fresh(in_time).stage == Stage.TO_CONFIRM


def test_an_order_on_delivery_closes_too_and_its_cash_is_paid_out_by_hand(closes):
    unpaid, paid = (cast.place(pay_method=PayMethod.COD) for _ in range(2))
    collect_payment(paid.pk, actor=cast.clerk("order_clerk"))
    late(unpaid), late(paid)
    sweep()
    assert (fresh(unpaid).stage, fresh(paid).stage) == (Stage.CLOSED, Stage.CLOSED)
    assert Refund.objects.get().order_id == paid.pk


def test_a_late_order_whose_parcel_is_taken_back_may_be_sent_anew_for_an_hour(closes):
    order = late(cast.shipped_order())
    undo_ship(Parcel.objects.get().pk, actor=cast.clerk("warehouse"))
    sweep()
    assert fresh(order).stage == Stage.PREPARING
    with refused("just_undone"):
        cancel_unsent(order.pk, actor=SYSTEM)
    with clock.at(clock.now() + timedelta(minutes=61)):
        sweep()
    assert fresh(order).stage == Stage.CLOSED


@pytest.mark.parametrize("rule", [OverdueRule.NOTHING, OverdueRule.BUYER])
def test_under_another_rule_nothing_closes_by_itself(rule):
    cast.open_shop(overdue_rule=rule)
    order = late(cast.paid_order())
    sweep()
    assert fresh(order).stage == Stage.TO_CONFIRM
    with refused("not_by_itself"):
        cancel_unsent(order.pk, actor=SYSTEM)


@pytest.mark.parametrize("rule", [OverdueRule.NOTHING, OverdueRule.CLOSE])
def test_under_another_rule_the_buyer_asks_the_shop(rule):
    cast.open_shop(overdue_rule=rule)
    order = late(cast.paid_order())
    with refused("ask_the_shop"):
        cancel_unsent(order.pk, actor=cast.buyer(order))


def test_before_its_time_is_over_it_is_not_possible(buyer_may):
    order = cast.paid_order()
    with refused("not_overdue"):
        cancel_unsent(order.pk, actor=cast.buyer(order))


def test_the_rule_does_not_move_orders_that_exist():
    order = cast.paid_order()
    cast.open_shop(overdue_rule=OverdueRule.CLOSE)
    late(order)
    sweep()
    assert fresh(order).stage == Stage.TO_CONFIRM
    newer = late(cast.paid_order())
    cast.open_shop(overdue_rule=OverdueRule.NOTHING)
    sweep()
    assert fresh(newer).stage == Stage.CLOSED


def test_an_order_on_hold_is_not_overdue(closes):
    order = late(cast.paid_order())
    hold_order(order.pk, reason="等", actor=cast.clerk("order_clerk"))
    sweep()
    assert fresh(order).stage == Stage.TO_CONFIRM
    with refused("held"):
        cancel_unsent(order.pk, actor=SYSTEM)


def test_a_buyer_who_presses_while_it_is_being_held_is_not_told_why(buyer_may):
    order = late(cast.paid_order())
    hold_order(order.pk, reason="核实是否黄牛", actor=cast.clerk("order_clerk"))
    with refused("held") as caught:
        cancel_unsent(order.pk, actor=cast.buyer(order))
    assert "黄牛" not in str(caught.value)


def test_an_order_with_a_parcel_out_stays(closes):
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    cast.ship_order(order.pk, parcels=[cast.parcel({order.lines.get().pk: 1})], actor=cast.clerk("warehouse"))
    late(order)
    sweep()
    assert fresh(order).stage == Stage.PREPARING
    with refused("already_shipped"):
        cancel_unsent(order.pk, actor=SYSTEM)


def test_an_order_in_an_after_sale_stays(closes):
    order = late(cast.paid_order())
    hold(order, Kind.CANCEL)
    sweep()
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_staff_have_their_own_way(buyer_may):
    with refused("forbidden", 403):
        cancel_unsent(late(cast.paid_order()).pk, actor=cast.clerk())


def test_another_buyers_order_is_not_found(buyer_may):
    order = late(cast.paid_order())
    with refused("not_found", 404):
        cancel_unsent(order.pk, actor=cast.buyer(cast.place()))


def test_what_was_cancelled_before_is_not_refunded_twice(buyer_may):
    order = late(cast.paid_order())
    cancel_unsent(order.pk, actor=cast.buyer(order))
    with refused("already_done"):
        cancel_unsent(order.pk, actor=cast.buyer(order))
    assert Refund.objects.count() == 1
