"""Changing the price while nothing is paid and nothing shipped."""

from dataclasses import replace

import pytest

from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.pricing import change_price
from orders.payments.models import AttemptState
from orders.stages import Stage
from shop.events.models import Event
from shop.money import MAX_FEN
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of


def reprice(order, goods_fen, freight_fen=0, **kwargs):
    arguments = {"reason": "老客户", "actor": cast.clerk("order_clerk")} | kwargs
    return change_price(order.pk, goods_fen=goods_fen, freight_fen=freight_fen, **arguments)


def test_goods_and_freight_are_set_apart():
    order = reprice(cast.place(), 30_00, 5_00)
    assert (order.payable_fen, order.freight_adjust_fen) == (35_00, -5_00)


def test_the_difference_is_shared_over_the_lines_by_largest_remainder():
    skus = [cast.make_sku(price_fen=price) for price in (10_00, 20_00, 30_00)]
    order = reprice(cast.place(basket={sku.pk: 1 for sku in skus}), 10_01)
    totals = [line.total_fen for line in order.lines.order_by("id")]
    assert totals == [1_67, 3_34, 5_00]


def test_lines_that_are_wholly_cancelled_get_no_share():
    gift, tea = cast.make_sku(price_fen=0), cast.make_sku(price_fen=10_00)
    order = cast.place(basket={gift.pk: 1, tea.pk: 1})
    gone = order.lines.get(sku=tea)
    cancel_lines(order.pk, quantities={gone.pk: 1}, reason="x", actor=cast.clerk("order_clerk"))
    reprice(fresh(order), 8_00)
    assert order.lines.get(sku=gift).total_fen == 8_00


def test_the_buyer_pays_the_new_price_with_a_new_attempt(gateway):
    order = cast.place()
    old = gateway.open(order)
    reprice(order, 20_00)
    old.refresh_from_db()
    assert (old.state, gateway.trade(old.number)["state"]) == (AttemptState.CLOSED, "CLOSED")
    new = gateway.take_money(order)
    assert (new.amount_fen, new.number) == (20_00, f"{order.number}-2")


def test_money_already_taken_wins(gateway):
    order = cast.place()
    gateway.take_money(order)
    with refused("already_paid"):
        reprice(order, 1)
    assert fresh(order).paid_fen == order.payable_fen


def test_a_price_of_nothing_counts_as_paid():
    order = reprice(cast.place(), 0)
    assert (order.stage, order.payable_fen) == (Stage.TO_CONFIRM, 0)
    assert verbs_of(order) == ["place", "change_price", "pay"]


def test_a_cash_order_in_hand_keeps_its_stage():
    order = reprice(cast.place(pay_method=PayMethod.COD), 20_00)
    assert (order.stage, order.owed_fen) == (Stage.TO_CONFIRM, 20_00)


def test_not_after_paying_and_not_after_shipping():
    with refused("already_paid"):
        reprice(cast.paid_order(), 1)
    order = cast.place(basket={cast.make_sku().pk: 2}, pay_method=PayMethod.COD)
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    cast.ship_order(order.pk, parcels=[cast.parcel({order.lines.get().pk: 1})], actor=cast.clerk("warehouse"))
    with refused("already_shipped"):
        reprice(order, 1)


@pytest.mark.parametrize("amount", [-1, MAX_FEN + 1, 10**18])
def test_absurd_amounts_are_refused(amount):
    order = cast.place()
    for goods, freight in ((amount, 0), (0, amount)):
        with refused("bad_amount", 400):
            reprice(order, goods, freight)


def test_the_largest_amounts_fit():
    assert reprice(cast.place(), MAX_FEN, MAX_FEN).payable_fen == 2 * MAX_FEN


@pytest.mark.parametrize(("goods_fen", "freight_fen"), [(35_00, 0), (30_00, 5_00), (20_00, 15_00)])
def test_goods_and_freight_together_make_the_money_that_is_given_away(goods_fen, freight_fen):
    order = cast.place()
    assert order.payable_fen == 45_00
    with refused("over_money_limit", 403):
        reprice(order, goods_fen, freight_fen, actor=replace(cast.clerk("order_clerk"), money_limit_fen=9_99))
    reprice(order, goods_fen, freight_fen, actor=replace(cast.clerk("order_clerk"), money_limit_fen=10_00))


def test_the_record_has_both_prices_and_the_reason():
    order = reprice(cast.place(), 20_00, 3_00, reason=f" {'长' * 300} ")
    event = Event.objects.get(verb="order.change_price", subject_id=order.pk)
    assert event.data == {"before": 45_00, "after": 23_00}
    assert event.words == {"reason": "长" * 200}


def test_a_line_of_several_pieces_of_which_some_are_gone_weighs_what_is_left_of_it():
    skus = [cast.make_sku(price_fen=10_00) for _ in range(2)]
    order = cast.place(basket={skus[0].pk: 4, skus[1].pk: 1})
    first = order.lines.get(sku=skus[0])
    cancel_lines(order.pk, quantities={first.pk: 2}, reason="x", actor=cast.clerk("order_clerk"))
    order = reprice(fresh(order), 9_00)
    kept = {line.sku_id: line.total_fen - line.cancelled_unpaid_fen for line in order.lines.all()}
    assert kept == {skus[0].pk: 6_00, skus[1].pk: 3_00}
    assert {line.pk: line.adjust_fen for line in order.lines.all()}[first.pk] == -14_00


def test_reason_and_capability_are_required():
    order = cast.place()
    with refused("reason_required", 400):
        reprice(order, 1, reason=" ")
    with refused("forbidden", 403):
        reprice(order, 1, actor=cast.clerk("support"))
    with refused("forbidden", 403):
        reprice(order, 1, actor=cast.buyer(order))
