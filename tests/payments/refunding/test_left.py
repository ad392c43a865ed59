"""What is left to be refunded: of a line by pieces, of the freight, of each payment."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.refunding.left import read_left
from orders.payments.selectors import REFUNDABLE_FOR
from orders.payments.services.collecting import collect_payment
from shop import clock
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh
from tests.payments.refunding.cases import give, list_ids

FINANCE = cast.clerk("finance")


@pytest.fixture
def order() -> Order:
    """Three of ¥10, freight ¥10."""
    return cast.paid_order(basket={cast.make_sku(price_fen=10_00).pk: 3})


def refund(order: Order, fen: int, **more: object) -> None:
    refund_part(order.pk, PartRefund(fen, "补偿", **more), actor=FINANCE)  # type: ignore[arg-type]


def test_at_first_all_of_it(order):
    left = read_left(order)
    line, payment = left.lines[0], left.payments[0]
    assert (line.pieces, line.fen, [line.price(n) for n in (0, 1, 2, 3, 4)]) == (
        3,
        30_00,
        [0, 1000, 2000, 3000, 0],
    )
    assert (left.freight_fen, left.kept_fen) == (10_00, 40_00)
    assert (payment.payment.method, payment.fen, payment.refunds_made, payment.bar) == (
        PayMethod.WECHAT,
        40_00,
        0,
        "",
    )


def test_it_takes_five_queries(order):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        read_left(order)
    assert len(queries) <= 5


def test_a_discount_is_shared_out_and_the_last_piece_takes_what_remains():
    order = cast.place(basket={cast.make_sku(price_fen=10_00).pk: 3})
    order.lines.update(adjust_fen=-1_00)
    Order.objects.filter(pk=order.pk).update(payable_fen=order.payable_fen - 1_00)
    order = cast.pay(fresh(order))
    found = []
    for _ in range(3):
        found.append(read_left(order).lines[0].price(1))
        give(order, {0: 1})
    assert (found, read_left(order).lines[0].fen) == ([9_66, 9_67, 9_67], 0)


def test_pieces_that_were_refunded_are_gone(order):
    give(order, {0: 2})
    line = read_left(order).lines[0]
    assert (line.pieces, line.fen, line.refunded.given_back) == (1, 10_00, 2)


def test_so_are_pieces_that_were_cancelled(order):
    cancel_lines(order.pk, quantities={list_ids(order)[0]: 1}, reason="x", actor=cast.clerk("order_clerk"))
    line = read_left(order).lines[0]
    assert (line.pieces, line.price(2), line.refunded.cancelled) == (2, 20_00, 1)


def test_money_given_back_for_a_line_lowers_each_of_its_pieces(order):
    refund(order, 6_00, line_ids=frozenset(list_ids(order)))
    line = read_left(order).lines[0]
    assert (line.pieces, line.price(1)) == (3, 8_00)


def test_what_the_shop_kept_of_one_piece_the_others_do_not_gain(order):
    give(order, {0: 1}, amount_fen=4_00)
    line = read_left(order).lines[0]
    assert (line.fen, line.price(1), line.price(2)) == (26_00, 10_00, 20_00)


def test_goodwill_leaves_lines_as_they_are_and_the_whole_less(order):
    refund(order, 5_00)
    left = read_left(order)
    assert (left.lines[0].fen, left.kept_fen) == (30_00, 35_00)


def test_for_how_long_the_gateway_refunds(order):
    paid_at = order.payments.get().captured_at
    for passed, days in ((timedelta(days=0, hours=1), 364), (REFUNDABLE_FOR, 0)):
        with clock.at(paid_at + passed):
            assert read_left(order).payments[0].days_left == days
    assert not read_left(order).payments[0].bar
    with clock.at(paid_at + REFUNDABLE_FOR):
        assert read_left(order).payments[0].bar


def test_cash_has_no_such_term():
    order = cast.place(pay_method=PayMethod.COD)
    collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    payment = read_left(fresh(order)).payments[0]
    assert (payment.days_left, payment.bar) == (None, "")
