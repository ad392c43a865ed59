"""Cancelling some goods: an unpaid share lowers what is payable, a paid one is refunded."""

import pytest

from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.pricing import change_price
from orders.payments.models import Refund
from orders.stages import CloseReason, Stage
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def cancel(order, pieces, **kwargs):
    chosen = pieces if isinstance(pieces, dict) else {order.lines.get().pk: pieces}
    return cancel_lines(
        order.pk, quantities=chosen, **{"reason": "缺货", "actor": cast.clerk("order_clerk")} | kwargs
    )


def test_of_an_unpaid_order_less_is_payable():
    sku = cast.make_sku(price_fen=20_00, on_hand=9)
    order = cast.place(basket={sku.pk: 3})
    after = cancel(order, 1)
    assert (after.stage, after.payable_fen) == (Stage.UNPAID, 50_00)
    assert stock_of(sku.pk) == (9, 2)


def test_the_attempt_for_the_old_amount_is_closed_and_a_new_one_asks_less(gateway):
    order = cast.place(basket={cast.make_sku(price_fen=20_00).pk: 2})
    old = gateway.open(order)
    cancel(order, 1)
    assert gateway.trade(old.number)["state"] == "CLOSED"
    assert gateway.open(order).amount_fen == 30_00


def test_of_a_paid_order_the_share_is_refunded():
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 3})
    after = cancel(order, 2)
    assert (after.stage, after.payable_fen) == (Stage.TO_CONFIRM, order.payable_fen)
    assert Refund.objects.get().amount_fen == 40_00


def test_with_the_last_piece_goes_the_freight_and_the_order_closes():
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 2})
    cancel(order, 1)
    closed = cancel(order, 1)
    assert (closed.stage, closed.close_reason) == (Stage.CLOSED, CloseReason.EMPTY)
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == order.paid_fen
    assert verbs_of(order)[-1] == "close_empty"


def test_what_is_left_after_shipping_part_makes_the_order_shipped():
    order = cast.prepared_order(basket={cast.make_sku(price_fen=20_00).pk: 3})
    cast.ship_order(order.pk, parcels=[cast.parcel({order.lines.get().pk: 1})], actor=cast.clerk("warehouse"))
    after = cancel(order, 2)
    assert after.stage == Stage.SHIPPED
    assert after.receive_by is not None
    assert Refund.objects.get().amount_fen == 40_00  # the freight was used


def test_before_anything_is_out_the_goods_rule_closes_a_cash_order_too():
    order = cast.place(basket={cast.make_sku().pk: 2}, pay_method=PayMethod.COD)
    assert cancel(order, 2).stage == Stage.CLOSED
    assert not Refund.objects.exists()


def test_after_a_price_change_each_piece_counts_at_its_new_price():
    order = cast.place(basket={cast.make_sku(price_fen=100).pk: 4})
    cancel(order, 2)
    change_price(order.pk, goods_fen=100, freight_fen=0, reason="x", actor=cast.clerk("order_clerk"))
    assert cancel(order, 1).payable_fen == 50
    assert cast.pay(fresh(order)).paid_fen == 50


def test_fen_that_do_not_divide_are_lost_nowhere():
    order = cast.place(basket={cast.make_sku(price_fen=100).pk: 3})
    change_price(order.pk, goods_fen=100, freight_fen=0, reason="x", actor=cast.clerk("order_clerk"))
    cast.pay(fresh(order))
    for _ in range(3):
        cancel(order, 1)
    amounts = list(Refund.objects.order_by("pk").values_list("amount_fen", flat=True))
    assert sum(amounts) == 100
    assert max(amounts) - min(amounts) <= 1


def test_short_pieces_go_first_and_release_nothing():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=3)
    one, two = cast.place(basket={sku.pk: 2}), cast.place(basket={sku.pk: 3})
    cast.pay(one)
    short = cast.pay(two)
    assert short.is_short
    after = cancel(short, 2)
    line = after.lines.get()
    assert (after.is_short, line.short, line.reserved) == (False, 0, 1)
    assert stock_of(sku.pk) == (3, 3)
    assert "restock" in verbs_of(short)


def test_what_was_cancelled_unpaid_to_nothing_counts_as_paid():
    cast.open_shop(freight_fen=0)
    gift, tea = cast.make_sku(price_fen=0), cast.make_sku(price_fen=10_00)
    order = cast.place(basket={gift.pk: 1, tea.pk: 1})
    after = cancel(order, {order.lines.get(sku=tea).pk: 1})
    assert (after.stage, after.payable_fen) == (Stage.TO_CONFIRM, 0)


@pytest.mark.parametrize(
    ("pieces", "code"), [(3, "more_than_left"), (0, "nothing_chosen"), (-1, "nothing_chosen")]
)
def test_only_pieces_that_are_there_can_be_cancelled(pieces, code):
    order = cast.place(basket={cast.make_sku().pk: 2})
    with refused(code):
        cancel(order, pieces)


def test_a_line_of_another_order_is_not_found():
    order, other = cast.place(), cast.place()
    with refused("not_found", 404):
        cancel(order, {other.lines.get().pk: 1})


def test_the_same_form_twice_cancels_once():
    order = cast.paid_order(basket={cast.make_sku().pk: 4})
    opened = order.version
    cancel(order, 1, expected_version=opened)
    with refused("already_done"):
        cancel(order, 1, expected_version=opened)
    assert fresh(order).pieces_cancelled == 1


def test_a_reason_and_the_capability_are_required():
    order = cast.place()
    with refused("reason_required", 400):
        cancel(order, 1, reason="")
    with refused("forbidden", 403):
        cancel(order, 1, actor=cast.clerk("warehouse"))
    with refused("forbidden", 403):
        cancel(order, 1, actor=cast.buyer(order))


def test_one_piece_after_the_other_does_not_pass_the_refund_limit():
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 3})
    clerk = cast.clerk("order_clerk", limit=40_00)
    cancel(order, 1, actor=clerk)
    cancel(order, 1, actor=clerk)
    with refused("over_refund_limit", 403):
        cancel(order, 1, actor=clerk)


def test_beyond_the_refund_limit_nothing_happens():
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 2})
    with refused("over_refund_limit", 403):
        cancel(order, 1, actor=cast.clerk("order_clerk", limit=19_99))
    assert fresh(order).pieces_cancelled == 0
