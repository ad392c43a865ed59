"""Cancelling a paid order: goods free at once, the money goes back by its own route."""

import pytest

from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.models import Refund, RefundState
from orders.payments.services.collecting import collect_payment
from orders.stages import CloseReason, Stage
from shop.events.delivery import drain
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def test_everything_is_released_and_refunded():
    sku = cast.make_sku(on_hand=5)
    order = cast.paid_order(basket={sku.pk: 3})
    closed = cancel_paid(order.pk, reason="缺货", notice="抱歉", actor=cast.clerk("order_clerk"))
    assert (closed.stage, closed.close_reason) == (Stage.CLOSED, CloseReason.STAFF)
    assert stock_of(sku.pk) == (5, 0)
    refund = Refund.objects.get(order=order)
    assert (refund.amount_fen, refund.number) == (order.paid_fen, f"{order.number}R-1")


def test_the_refund_is_enqueued(sent_tasks):
    order = cast.paid_order()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    drain()
    assert sent_tasks == [("send_refund", Refund.objects.get(order=order).pk)]


def test_after_some_lines_were_cancelled_only_the_rest_goes_back():
    order = cast.paid_order(basket={cast.make_sku(price_fen=33_33).pk: 3})
    cancel_lines(
        order.pk, quantities={order.lines.get().pk: 1}, reason="少一件", actor=cast.clerk("order_clerk")
    )
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    amounts = Refund.objects.filter(order=order).order_by("pk").values_list("amount_fen", flat=True)
    assert sum(amounts) == order.paid_fen
    assert amounts[0] == 33_33


def test_cash_is_to_be_paid_out_by_hand():
    order = cast.place(pay_method=PayMethod.COD)
    collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
    assert Refund.objects.get(order=order).state == RefundState.TO_PAY_OUT


def test_a_reason_is_required():
    order = cast.paid_order()
    with refused("reason_required", 400):
        cancel_paid(order.pk, reason=" ", actor=cast.clerk("order_clerk"))


def test_an_order_with_a_parcel_out_is_not_cancelled_whole():
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    cast.ship_order(order.pk, parcels=[cast.parcel({order.lines.get().pk: 1})], actor=cast.clerk("warehouse"))
    with refused("already_shipped"):
        cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk"))


@pytest.mark.parametrize("make", [cast.place, lambda: cast.place(pay_method=PayMethod.COD)])
def test_an_unpaid_order_is_not_refunded(make):
    order = make()
    with refused("wrong_stage" if order.stage == Stage.UNPAID else "nothing_paid"):
        cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk"))


def test_beyond_the_refund_limit_nothing_happens():
    order = cast.paid_order()
    with refused("over_refund_limit", 403):
        cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk", limit=order.paid_fen - 1))
    assert fresh(order).stage == Stage.TO_CONFIRM
    assert verbs_of(order) == ["place", "pay"]
    cancel_paid(order.pk, reason="x", actor=cast.clerk("order_clerk", limit=order.paid_fen))


@pytest.mark.parametrize("role", ["order_clerk", "support"])
def test_the_limit_binds_those_who_may_only_cancel(role):
    order = cast.paid_order()
    with refused("over_refund_limit", 403):
        cancel_paid(order.pk, reason="x", actor=cast.clerk(role, limit=order.paid_fen - 1))


@pytest.mark.parametrize("role", ["warehouse", "finance", "store_clerk"])
def test_staff_need_the_capability(role):
    with refused("forbidden", 403):
        cancel_paid(cast.paid_order().pk, reason="x", actor=cast.clerk(role))


def test_the_buyer_cannot_do_it_alone():
    order = cast.paid_order()
    with refused("forbidden", 403):
        cancel_paid(order.pk, reason="x", actor=cast.buyer(order))
