"""A plan says what goes back for what and by which way, and writes nothing."""

import pytest
from django.utils.translation import override

from orders.models import Order
from orders.payments.models import Refund
from orders.payments.refunding.plan import Wanted, plan_refund
from orders.payments.services.collecting import collect_payment
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import refused
from tests.payments.refunding.cases import list_ids


@pytest.fixture
def order() -> Order:
    """Two of ¥20 and one of ¥30, freight ¥10."""
    return cast.paid_order(basket={cast.make_sku(price_fen=fen).pk: n for fen, n in ((20_00, 2), (30_00, 1))})


def test_pieces_and_the_freight(order):
    first, second = list_ids(order)
    plan = plan_refund(order, Wanted({first: 1, second: 1}, freight_fen=None))
    assert (plan.shares, plan.freight_fen) == ({first: 20_00, second: 30_00}, 10_00)
    assert [(route.method, route.amount_fen) for route in plan.routes] == [(PayMethod.WECHAT, 60_00)]
    assert plan.amount_fen == plan.chosen_fen == 60_00
    assert not Refund.objects.exists()


def test_fen_of_a_line_and_of_the_freight(order):
    first, second = list_ids(order)
    plan = plan_refund(order, Wanted(fen={first: 5_00, second: None}, freight_fen=1_00))
    assert (plan.shares, plan.freight_fen) == ({first: 5_00, second: 30_00}, 1_00)


def test_another_amount_is_shared_over_what_was_chosen(order):
    first, second = list_ids(order)
    plan = plan_refund(order, Wanted({first: 1, second: 1}, freight_fen=None, amount_fen=10_00))
    assert (plan.shares, plan.freight_fen) == ({first: 3_33, second: 5_00}, 1_67)
    assert (plan.amount_fen, plan.chosen_fen) == (10_00, 60_00)


def test_without_an_amount_not_more_than_is_left_of_what_was_paid(order):
    with_goodwill = cast.clerk("finance")
    cast.refund_payment(order.payments.get().pk, amount_fen=40_00, reason="x", actor=with_goodwill)
    first, second = list_ids(order)
    assert plan_refund(order, Wanted(fen={first: None, second: None}, freight_fen=None)).amount_fen == 40_00


@pytest.mark.parametrize(
    ("pieces", "amount_fen", "code", "status"),
    [
        ({0: 3}, None, "over_share", 409),
        ({0: -1}, None, "over_share", 409),
        ({0: 1}, 20_01, "over_share", 409),
        ({0: 1}, 0, "bad_amount", 400),
        ({0: 1}, -1, "bad_amount", 400),
        ({0: 0}, None, "bad_amount", 400),
        ({}, None, "bad_amount", 400),
    ],
)
def test_what_it_refuses(order, pieces, amount_fen, code, status):
    ids = list_ids(order)
    with refused(code, status):
        plan_refund(order, Wanted({ids[place]: n for place, n in pieces.items()}, amount_fen=amount_fen))


def test_it_says_how_many_pieces_are_left(order):
    with refused("over_share") as caught:
        plan_refund(order, Wanted({list_ids(order)[0]: 3}))
    with override("en"):
        assert "only 2 can still be refunded" in str(caught.value)


@pytest.mark.parametrize("fen", [40_01, -1])
def test_of_a_line_not_more_than_it_costs(order, fen):
    with refused("over_share" if fen > 0 else "bad_amount", 409 if fen > 0 else 400):
        plan_refund(order, Wanted(fen={list_ids(order)[0]: fen}))


def test_a_line_of_another_order_is_not_found(order):
    other = list_ids(cast.paid_order())[0]
    for wanted in (Wanted({other: 1}), Wanted(fen={other: 1})):
        with refused("not_found", 404):
            plan_refund(order, wanted)


def test_what_is_not_paid_yet_cannot_go_back():
    order = cast.place(pay_method=PayMethod.COD)
    with refused("over_refundable"):
        plan_refund(order, Wanted({list_ids(order)[0]: 1}))


def test_cash_is_paid_out_by_hand_and_says_so():
    order = cast.place(pay_method=PayMethod.COD)
    collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    route = plan_refund(order, Wanted({list_ids(order)[0]: 1})).routes[0]
    assert (route.is_by_hand, route.is_by_gateway) == (True, False)
