"""Choosing another way to pay while nothing is paid."""

from datetime import timedelta

import pytest

from orders.payments.changes.pricing import choose_payment
from orders.payments.models import AttemptState
from orders.payments.services.attempts import open_attempt
from orders.stages import Stage
from shop import clock
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.expect import fresh, refused, stock_of, verbs_of


def test_with_cash_on_delivery_the_order_moves_on_as_if_placed_so():
    order = cast.place()
    chosen = choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))
    assert (chosen.stage, chosen.pay_method, chosen.pay_by) == (Stage.TO_CONFIRM, PayMethod.COD, None)
    assert verbs_of(order) == ["place", "choose_payment", "accept"]


def test_the_attempt_is_closed_at_the_gateway_first(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))
    assert gateway.trade(attempt.number)["state"] == "CLOSED"
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.CLOSED


def test_money_already_there_wins(gateway):
    order = cast.place()
    gateway.take_money(order)
    with refused("already_done"):
        choose_payment(
            order.pk, method=PayMethod.COD, actor=cast.buyer(order), expected_version=order.version
        )
    assert (fresh(order).stage, fresh(order).pay_method) == (Stage.TO_CONFIRM, PayMethod.WECHAT)


def test_without_stock_cash_on_delivery_is_refused_as_when_placing():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=1)
    waiting = cast.place(basket={sku.pk: 1})
    cast.place(basket={sku.pk: 1}, pay_method=PayMethod.COD)
    with refused("out_of_stock"):
        choose_payment(waiting.pk, method=PayMethod.COD, actor=cast.buyer(waiting))
    assert (fresh(waiting).stage, fresh(waiting).pay_method) == (Stage.UNPAID, PayMethod.WECHAT)
    assert stock_of(sku.pk) == (1, 1)


def test_reserved_on_paying_it_reserves_now():
    cast.open_shop(reserve_on=ReserveOn.PAYING)
    sku = cast.make_sku(on_hand=4)
    order = cast.place(basket={sku.pk: 3})
    choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))
    assert stock_of(sku.pk) == (4, 3)


@pytest.mark.parametrize("method", [PayMethod.ALIPAY, PayMethod.BALANCE, PayMethod.TRANSFER])
def test_only_what_is_offered_can_be_chosen(method):
    order = cast.place()
    with refused("payment_not_offered", 400):
        choose_payment(order.pk, method=method, actor=cast.buyer(order))


def test_choosing_the_same_way_again_wins_no_time():
    order = cast.place()
    with clock.at(clock.now() + timedelta(minutes=5)):
        again = choose_payment(order.pk, method=PayMethod.WECHAT, actor=cast.buyer(order))
    assert again.pay_by == order.pay_by


def test_later_it_is_too_late():
    order = cast.paid_order()
    with refused("wrong_stage"):
        choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))


def test_another_buyers_order_is_not_found():
    with refused("not_found", 404):
        choose_payment(cast.place().pk, method=PayMethod.COD, actor=cast.buyer(cast.place()))


def test_past_the_deadline_no_other_way_to_pay_revives_the_order():
    order = cast.place()
    with clock.at(order.pay_by + timedelta(seconds=1)), refused("too_late"):
        choose_payment(order.pk, method=PayMethod.COD, actor=cast.buyer(order))


def test_a_choice_that_is_refused_leaves_the_payment_under_way():
    order = cast.place()
    attempt = open_attempt(order.pk, actor=cast.buyer(order))
    with refused("payment_not_offered"):
        choose_payment(order.pk, method=PayMethod.TRANSFER, actor=cast.buyer(order))
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.OPEN


def test_what_the_shop_has_changed_since_changes_no_deadline():
    order = cast.place()
    cast.open_shop(balance_on=True, cancel_unpaid_minutes=5)
    choose_payment(order.pk, method=PayMethod.BALANCE, actor=cast.buyer(order))
    assert fresh(order).pay_by == order.pay_by


def test_nor_for_who_chooses_the_same_transfer_again():
    with_transfer = {"transfer_on": True, "transfer_bank": "A", "transfer_name": "B", "transfer_number": "1"}
    cast.open_shop(**with_transfer)
    order = cast.place(pay_method=PayMethod.TRANSFER)
    cast.open_shop(**with_transfer, transfer_days=9)
    choose_payment(order.pk, method=PayMethod.TRANSFER, actor=cast.buyer(order))
    assert fresh(order).pay_by == order.pay_by


class TestTheReminder:
    """It is for those who are to pay online, since they began to be."""

    @pytest.fixture(autouse=True)
    def other_ways(self) -> None:
        cast.open_shop(
            transfer_on=True,
            transfer_bank="x",
            transfer_name="x",
            transfer_number="x",
            balance_on=True,
            remind_unpaid_minutes=20,
        )

    @pytest.mark.parametrize("method", [PayMethod.COD, PayMethod.TRANSFER, PayMethod.BALANCE])
    def test_it_goes_with_the_online_payment(self, method):
        order = cast.place()
        choose_payment(order.pk, method=method, actor=cast.buyer(order))
        assert (order.remind_by is not None, fresh(order).remind_by) == (True, None)

    def test_and_comes_with_it(self):
        order = cast.place(pay_method=PayMethod.TRANSFER)
        later = clock.now() + timedelta(minutes=3)
        with clock.at(later):
            choose_payment(order.pk, method=PayMethod.WECHAT, actor=cast.buyer(order))
        assert fresh(order).remind_by == later + timedelta(minutes=20)

    def test_choosing_the_same_again_changes_nothing(self):
        order = cast.place()
        with clock.at(clock.now() + timedelta(minutes=3)):
            choose_payment(order.pk, method=PayMethod.WECHAT, actor=cast.buyer(order))
        assert fresh(order).remind_by == order.remind_by
