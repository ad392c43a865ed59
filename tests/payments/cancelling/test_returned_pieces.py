"""What came back before costs nothing any more: it is no part of what the pieces still to be sent give back."""

import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.changes.pricing import change_price
from orders.shipping.exchanges.sending import Carriage, ship_exchange
from orders.shipping.returns.taking import take_back as take_in
from orders.shipping.services.ship import ship_order
from orders.stages import CloseReason, Stage
from shop.actor import SYSTEM
from shop.moves.services import lock_row
from tests import cast
from tests.conftest import find_broken_books
from tests.expect import fresh

_numbers = itertools.count(880)
CLERK, FINANCE = cast.clerk("order_clerk"), cast.clerk("finance")


def bought(*, price_fen: int, pieces: int) -> Order:
    return cast.prepared_order(basket={cast.make_sku(price_fen=price_fen).pk: pieces})


def send(order: Order, pieces: int) -> None:
    parcel = cast.parcel({order.lines.get().pk: pieces})
    ship_order(order.pk, parcels=[parcel], actor=cast.clerk("warehouse"))


def take_back(order: Order, pieces: int, *, resent: int = 0, refund_fen: int | None = None) -> None:
    """As an after-sale does: pieces are returned, some sent anew, and of the others their part goes back."""
    line = order.lines.get()
    gone = pieces - resent
    part_fen = line.left_fen * gone // (line.quantity - line.cancelled - line.returned + line.resent)
    with transaction.atomic():
        locked = lock_row(Order, order.pk)
        take_in(locked, {line.pk: pieces}, {}, actor=SYSTEM, case_number="x")
        if resent:
            again = Carriage("SF", f"SF{next(_numbers):013d}")
            ship_exchange(
                locked, {line.pk: (line.sku_id, resent)}, carriage=again, actor=SYSTEM, case_number="x"
            )
    if back_fen := part_fen if refund_fen is None else refund_fen:
        refund_part(order.pk, PartRefund(back_fen, "退货", frozenset([line.pk])), actor=FINANCE)


def cancel(order: Order, pieces: int) -> int:
    """What cancelling so many gives back."""
    before = sum_refunds(order)
    cancel_lines(order.pk, quantities={order.lines.get().pk: pieces}, reason="缺货", actor=CLERK)
    return sum_refunds(order) - before


def sum_refunds(order: Order) -> int:
    return sum(order.refunds.values_list("amount_fen", flat=True))


@pytest.mark.parametrize("refund_fen", [10_00, 7_00, 0])
def test_what_is_cancelled_gives_back_its_own_price(refund_fen):
    order = bought(price_fen=10_00, pieces=5)
    send(order, 3)
    take_back(order, 1, refund_fen=refund_fen)
    assert cancel(order, 2) == 20_00


def test_a_piece_that_was_sent_anew_still_costs_what_it_did():
    order = bought(price_fen=10_00, pieces=5)
    send(order, 3)
    take_back(order, 1, resent=1)
    assert cancel(order, 2) == 20_00


def test_nor_more_where_others_were_cancelled_before_and_after_it_was_paid():
    order = cast.place(basket={cast.make_sku(price_fen=10_00).pk: 6})
    cancel(order, 1)
    cast.pay(fresh(order))
    cast.confirm_order(order.pk, actor=CLERK)
    send(order, 1)
    take_back(order, 1, refund_fen=0)
    assert [cancel(order, pieces) for pieces in (2, 1)] == [20_00, 10_00]


def test_nor_less_where_the_price_was_raised_after_one_was_cancelled_for_nothing():
    order = cast.place(basket={cast.make_sku(price_fen=10_00).pk: 4})
    freight = order.freight_fen
    for goods_fen in (0, 30_00):
        change_price(order.pk, goods_fen=goods_fen, freight_fen=freight, reason="x", actor=CLERK)
        if not goods_fen:
            cancel(order, 1)
    cast.pay(fresh(order))
    assert [cancel(order, pieces) for pieces in (1, 1, 1)] == [10_00, 10_00, 10_00 + freight]


def test_what_the_line_gave_back_for_none_of_its_pieces_was_of_all_that_are_kept():
    order = bought(price_fen=10_00, pieces=5)
    send(order, 3)
    refund_part(order.pk, PartRefund(10_00, "补偿", frozenset([order.lines.get().pk])), actor=FINANCE)
    take_back(order, 1, resent=1)
    assert cancel(order, 2) == 16_00


def test_all_pieces_of_a_price_that_does_not_divide_give_it_back_to_the_fen():
    for steps, goods_fen in (((3,), [10_00]), ((1, 2), [3_33, 6_67])):
        order = discounted(price_fen=4_00, pieces=3, lowered_fen=2_00)
        goods_fen[-1] += order.freight_fen
        assert [cancel(order, pieces) for pieces in steps] == goods_fen


def test_an_order_is_not_closed_while_what_was_sent_anew_is_with_the_buyer():
    kept, returned = bought(price_fen=10_00, pieces=2), bought(price_fen=10_00, pieces=2)
    for order, resent in ((kept, 1), (returned, 0)):
        send(order, 1)
        take_back(order, 1, resent=resent)
        cancel(order, 1)
    assert fresh(kept).stage == Stage.SHIPPED
    assert (fresh(returned).stage, fresh(returned).close_reason) == (Stage.CLOSED, CloseReason.RETURNED)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    price_fen=st.integers(1, 9_99),
    sent=st.integers(1, 6),
    returns=st.lists(st.integers(1, 3), max_size=3),
    cancels=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    lowered=st.integers(0, 5),
)
def test_the_last_takes_all_to_the_fen_and_nobody_more_than_their_own(
    price_fen, sent, returns, cancels, lowered
):
    with transaction.atomic():
        order = discounted(price_fen, sent + sum(cancels), lowered)
        goods_fen = order.lines.get().total_fen
        send(order, sent)
        left = sent
        for pieces in returns:
            if left:
                take_back(order, min(pieces, left))
            left -= min(pieces, left)
        for pieces in cancels:
            fair = goods_fen * pieces / (sent + sum(cancels))
            assert abs(cancel(order, pieces) - fair) <= pieces + (order.freight_fen if not left else 0)
        assert sum_refunds(order) <= order.paid_fen
        assert left or sum_refunds(order) == order.paid_fen
        assert find_broken_books() == []
        transaction.set_rollback(True)


def discounted(price_fen: int, pieces: int, lowered_fen: int) -> Order:
    """A line whose price does not divide by its pieces."""
    order = cast.place(basket={cast.make_sku(price_fen=price_fen).pk: pieces})
    goods_fen = max(price_fen * pieces - lowered_fen, 1)
    change_price(order.pk, goods_fen=goods_fen, freight_fen=order.freight_fen, reason="x", actor=CLERK)
    order = cast.pay(fresh(order))
    cast.confirm_order(order.pk, actor=CLERK)
    return fresh(order)
