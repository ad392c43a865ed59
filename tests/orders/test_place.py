"""Placing: what it costs, what it reserves, where the order begins."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.numbers import check_digit
from orders.services.place import NewOrder, place_order
from orders.stages import Stage
from shop import clock
from shop.catalog.models import Sku
from shop.store.choices import Delivery, PayMethod, ReserveOn
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def test_an_order_to_be_paid_waits_for_payment_with_a_deadline():
    order = cast.place()
    assert order.stage == Stage.UNPAID
    assert order.pay_by == order.placed_at + timedelta(minutes=30)
    assert order.ship_by is None


def test_the_number_has_18_digits_with_a_check_digit():
    number = cast.place().number
    assert len(number) == 18
    assert check_digit(number[:-1]) == number[-1]


def test_cash_on_delivery_waits_for_nobody_and_must_ship_from_placing():
    order = cast.place(pay_method=PayMethod.COD)
    assert (order.stage, order.paid_fen, order.pay_by) == (Stage.TO_CONFIRM, 0, None)
    assert order.ship_by == order.placed_at + timedelta(hours=48)


def test_an_order_that_costs_nothing_counts_as_paid_by_a_system_move():
    cast.open_shop(freight_fen=0)
    order = cast.place(basket={cast.make_sku(price_fen=0).pk: 2})
    assert (order.stage, order.payable_fen, order.paid_fen) == (Stage.TO_CONFIRM, 0, 0)
    assert order.paid_at is not None
    assert verbs_of(order) == ["place", "pay"]


@pytest.mark.parametrize(
    ("price_fen", "delivery", "freight_fen"),
    [
        (98_99, Delivery.EXPRESS, 10_00),
        (99_00, Delivery.EXPRESS, 0),
        (98_99, Delivery.LOCAL, 5_00),
        (99_00, Delivery.LOCAL, 5_00),
    ],
)
def test_freight_is_flat_and_free_above_an_amount(price_fen, delivery, freight_fen):
    order = cast.place(basket={cast.make_sku(price_fen=price_fen).pk: 1}, delivery=delivery)
    assert (order.freight_fen, order.payable_fen) == (freight_fen, price_fen + freight_fen)


def test_the_same_key_again_gives_the_same_order():
    sku, customer = cast.make_sku(on_hand=10), cast.make_customer()
    first = cast.place(customer, basket={sku.pk: 2}, key="k")
    again = cast.place(customer, basket={sku.pk: 3}, key="k")
    assert (again.pk, again.pieces, stock_of(sku.pk)) == (first.pk, 2, (10, 2))


def test_two_buyers_may_use_the_same_key():
    assert cast.place(key="k").pk != cast.place(key="k").pk


def test_placing_reserves_stock():
    sku = cast.make_sku(on_hand=5)
    cast.place(basket={sku.pk: 3})
    assert stock_of(sku.pk) == (5, 3)


def test_more_than_there_is_cannot_be_placed_and_leaves_nothing_behind():
    plenty, scarce = cast.make_sku(on_hand=9), cast.make_sku(on_hand=1)
    with refused("out_of_stock") as caught:
        cast.place(basket={plenty.pk: 1, scarce.pk: 2})
    assert caught.value.extra == {"sku_id": str(scarce.pk), "left": 1}
    assert not Order.objects.exists()
    assert stock_of(plenty.pk) == (9, 0)


def test_a_shop_that_reserves_on_paying_reserves_nothing_when_placing():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=5)
    order = cast.place(basket={sku.pk: 3})
    assert stock_of(sku.pk) == (5, 0)
    cast.pay(order)
    assert stock_of(sku.pk) == (5, 3)


def test_cash_on_delivery_reserves_when_placing_whatever_the_setting():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=5)
    cast.place(basket={sku.pk: 3}, pay_method=PayMethod.COD)
    assert stock_of(sku.pk) == (5, 3)


@pytest.mark.parametrize(
    ("confirm", "prepare", "stage", "skipped"),
    [
        (False, True, Stage.CONFIRMED, ["skip_confirm"]),
        (True, False, Stage.TO_CONFIRM, []),
        (False, False, Stage.PREPARING, ["skip_confirm", "skip_prepare"]),
    ],
)
def test_steps_that_are_off_are_passed_by_recorded_system_moves(confirm, prepare, stage, skipped):
    cast.open_shop(confirm_step_on=confirm, prepare_step_on=prepare)
    order = cast.place(pay_method=PayMethod.COD)
    assert order.stage == stage
    assert verbs_of(order) == ["place", "accept", *skipped]


@pytest.mark.parametrize(("pieces", "code"), [(0, "too_many"), (-1, "too_many"), (10_000, "too_many")])
def test_a_line_has_1_to_9999_pieces(pieces, code):
    with refused(code, 400):
        cast.place(basket={cast.make_sku().pk: pieces})


def test_an_amount_that_no_column_holds_is_refused():
    skus = [cast.make_sku(price_fen=100_000, on_hand=9999).pk for _ in range(2)]
    with refused("too_much", 400):
        cast.place(basket=dict.fromkeys(skus, 9999))


def test_an_article_taken_off_sale_cannot_be_bought():
    sku = cast.make_sku()
    Sku.objects.filter(pk=sku.pk).update(is_on_sale=False)
    with refused("not_on_sale"):
        cast.place(basket={sku.pk: 1})


def test_only_what_the_shop_offers_can_be_chosen():
    cast.open_shop(local_on=False, express_cod_on=False, local_cod_on=False)
    with refused("delivery_not_offered", 400):
        cast.place(delivery=Delivery.LOCAL)
    with refused("delivery_not_offered", 400):
        cast.place(delivery=Delivery.PICKUP)
    with refused("payment_not_offered", 400):
        cast.place(pay_method=PayMethod.COD)


def test_cash_is_only_taken_where_its_switch_is_on():
    cast.open_shop(local_cod_on=False)
    assert cast.place(pay_method=PayMethod.COD).pk
    with refused("payment_not_offered", 400):
        cast.place(delivery=Delivery.LOCAL, pay_method=PayMethod.COD)


def test_own_delivery_stays_in_its_districts():
    cast.open_shop(local_districts=["330102", "310000"])
    with refused("outside_area", 400):
        cast.place(delivery=Delivery.LOCAL)


def test_staff_place_orders_only_with_the_capability():
    customer = cast.make_customer()
    wanted = NewOrder({cast.make_sku().pk: 1}, Delivery.EXPRESS, PayMethod.COD, cast.HOME)
    with refused("forbidden", 403):
        place_order(customer, wanted, client_key="x", actor=cast.clerk("warehouse"))
    assert place_order(customer, wanted, client_key="x", actor=cast.clerk("support")).pk


def test_demo_history_can_be_placed_in_the_past():
    yesterday = clock.now() - timedelta(days=1)
    with clock.at(yesterday):
        assert cast.place().placed_at == yesterday


def test_the_time_of_the_reminder_is_kept_with_the_order():
    cast.open_shop(remind_unpaid_minutes=20)
    order = cast.place()
    cast.open_shop(remind_unpaid_minutes=5)
    order.refresh_from_db()
    assert order.remind_by == order.placed_at + timedelta(minutes=20)


@pytest.mark.parametrize("method", [PayMethod.COD, PayMethod.TRANSFER, PayMethod.BALANCE])
def test_nobody_is_reminded_who_is_not_to_pay_online(method):
    cast.open_shop(
        balance_on=True, transfer_on=True, transfer_bank="x", transfer_name="x", transfer_number="x"
    )
    assert fresh(cast.place(pay_method=method)).remind_by is None


def test_nor_who_has_paid_or_has_nothing_to_pay():
    assert cast.place().remind_by is not None
    assert cast.paid_order().remind_by is None
    cast.open_shop(freight_fen=0)
    free = fresh(cast.place(basket={cast.make_sku(price_fen=0).pk: 1}))
    assert (free.payable_fen, free.remind_by) == (0, None)
