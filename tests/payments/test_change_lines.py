"""Other goods in the place of some that are not sent yet."""

from datetime import timedelta

import pytest

from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.difference import Difference
from orders.payments.changes.pricing import change_price
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.models import Refund
from orders.stages import Stage
from shop import clock
from shop.catalog.models import Sku
from shop.catalog.stock.changes import correct_stock
from shop.events.models import Event
from shop.store.choices import PayMethod, ReserveOn
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import fresh, refused, stock_of

CLERK = cast.clerk("order_clerk")
KEEP = Difference.KEEP


def swap(order, sku, *, pieces=1, new_pieces=1, line=None, **kwargs):
    line = line or order.lines.earliest("id")
    wanted = Swap(line.pk, pieces, sku.pk, new_pieces)
    return change_lines(order.pk, wanted, **{"actor": CLERK} | kwargs)


def goods(price_fen, **kwargs):
    return cast.make_sku(price_fen=price_fen, **kwargs)


def two(price_fen=20_00, **kwargs):
    return {goods(price_fen, **kwargs).pk: 2}


def test_what_costs_the_same_changes_only_the_goods():
    order, other = cast.paid_order(basket=two()), goods(20_00, on_hand=5)
    after = swap(order, other)
    assert (after.payable_fen, after.owed_fen, after.pieces_to_send) == (order.payable_fen, 0, 2)
    assert [(line.to_send, line.left_fen) for line in order.lines.order_by("id")] == [(1, 20_00), (1, 20_00)]
    assert stock_of(order.lines.earliest("id").sku_id) == (100, 1)
    assert stock_of(other.pk) == (5, 1)
    assert not Refund.objects.exists()


def test_what_is_dearer_is_owed_and_paid():
    order = cast.paid_order(basket=two())
    after = swap(order, goods(26_00))
    assert (after.owed_fen, after.supplement_by is not None) == (6_00, True)
    assert cast.pay(fresh(order)).owed_fen == 0


def test_what_is_cheaper_goes_back_and_the_rest_is_worth_what_it_was():
    order = cast.paid_order(basket=two())
    swap(order, goods(12_00))
    assert Refund.objects.get().amount_fen == 8_00
    old = order.lines.earliest("id")
    cancel_lines(order.pk, quantities={old.pk: 1}, reason="缺货", actor=CLERK)
    assert Refund.objects.latest("pk").amount_fen == 20_00
    cancel_paid(order.pk, reason="不要了", actor=CLERK)
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == order.paid_fen


def test_of_an_unpaid_order_less_or_more_is_payable():
    order = cast.place(basket=two())
    assert swap(order, goods(12_00)).payable_fen == order.payable_fen - 8_00
    assert swap(fresh(order), goods(50_00)).payable_fen == order.payable_fen - 8_00 + 30_00
    assert cast.pay(fresh(order)).stage == Stage.TO_CONFIRM


def test_a_dearer_one_for_the_same_price_is_a_lowered_price():
    order = cast.paid_order(basket=two())
    with refused("forbidden", 403):
        swap(order, goods(26_00), difference=KEEP, actor=cast.clerk("support"))
    after = swap(order, goods(26_00), difference=KEEP)
    assert (after.payable_fen, after.owed_fen) == (order.payable_fen, 0)
    assert order.lines.latest("id").left_fen == 20_00
    StoreSettings.objects.update(second_person_above_fen=10_00)
    with refused("second_person_required"):
        swap(fresh(order), goods(26_00), difference=KEEP)


def test_a_cheaper_one_may_cost_the_same():
    order = cast.paid_order(basket=two())
    assert swap(order, goods(12_00), difference=KEEP).owed_fen == 0
    assert order.lines.latest("id").left_fen == 20_00
    assert not Refund.objects.exists()


def test_more_or_fewer_of_the_same():
    order = cast.paid_order(basket=two(on_hand=3))
    sku = Sku.objects.get()
    after = swap(order, sku, pieces=2, new_pieces=3)
    assert (after.owed_fen, after.pieces_to_send) == (20_00, 3)
    assert stock_of(sku.pk) == (3, 3)
    cast.pay(fresh(order))
    swap(fresh(order), sku, pieces=3, new_pieces=1, line=order.lines.latest("id"))
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == 40_00
    assert stock_of(sku.pk) == (3, 1)


def test_what_is_not_there_is_refused_and_nothing_changes():
    order = cast.paid_order(basket=two())
    with refused("out_of_stock"):
        swap(order, goods(20_00, on_hand=0))
    with refused("more_than_left"):
        swap(order, goods(20_00), pieces=3)
    with refused("nothing_chosen", 400):
        swap(order, goods(20_00), new_pieces=0)
    assert fresh(order).version == order.version


def test_what_is_no_longer_sold_is_refused():
    order, other = cast.paid_order(basket=two()), goods(20_00)
    Sku.objects.filter(pk=other.pk).update(is_on_sale=False)
    with refused("not_on_sale"):
        swap(order, other)


def test_a_short_line_makes_place_for_what_is_there():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = goods(20_00, on_hand=2)
    order = cast.place(basket={sku.pk: 2})
    correct_stock(sku.pk, on_hand=1, reason="盘点", actor=cast.clerk())
    assert cast.pay(order).is_short
    after = swap(order, goods(20_00))
    assert not after.is_short
    assert stock_of(sku.pk) == (1, 1)


def test_where_stock_is_reserved_by_paying_an_unpaid_order_reserves_nothing():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    order, other = cast.place(basket=two()), goods(20_00)
    swap(order, other)
    assert stock_of(other.pk) == (100, 0)
    assert not cast.pay(fresh(order)).is_short
    assert stock_of(other.pk) == (100, 1)


def test_cash_on_delivery_collects_the_difference():
    order = cast.place(basket=two(), pay_method=PayMethod.COD)
    assert swap(order, goods(26_00)).owed_fen == order.payable_fen + 6_00


def test_presale_goods_move_the_time_to_ship():
    order, later = cast.paid_order(basket=two()), goods(20_00)
    day = (clock.now() + timedelta(days=20)).date()
    Sku.objects.filter(pk=later.pk).update(is_presale=True, ships_on=day)
    assert swap(order, later).ship_by > clock.now() + timedelta(days=19)


def test_the_buyer_reads_the_words_and_not_more():
    order = cast.paid_order(basket=two())
    swap(order, goods(20_00), notice="红色缺货，换成蓝色")
    event = Event.objects.get(verb="order.change_lines")
    event.secret = order.customer.secret
    assert event.words == {"notice": "红色缺货，换成蓝色"}


def test_goods_that_came_cheaper_give_back_only_what_was_paid_for_them():
    """A buyer who paid ¥30 for two of ¥20 gets ¥3 for one that is replaced by one of ¥12."""
    order = cast.place(basket=two())
    change_price(order.pk, goods_fen=30_00, freight_fen=0, reason="x", actor=CLERK)
    cast.pay(fresh(order))
    swap(fresh(order), goods(12_00))
    assert Refund.objects.get().amount_fen == 3_00


@pytest.mark.parametrize("role", ["warehouse", "finance", "store_clerk"])
def test_who_may_not_edit_orders_changes_no_goods(role):
    order = cast.paid_order(basket=two())
    with refused("forbidden", 403):
        swap(order, goods(20_00), actor=cast.clerk(role))
