"""Closing an order that was refused, against its money, its clock, and a second press."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.payments.services.collecting import collect_payment
from orders.services.steps import receive_order
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import arrive_parcel
from orders.shipping.services.turning import turn_back
from orders.stages import Stage
from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import StockMovement
from tests import cast
from tests.expect import fresh, stock_of
from tests.races.conftest import codes_of, run_together
from tests.shipping.cash import parcel_of, refused_cod, shipped_cod

ROUNDS = 5
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("order_clerk", name="李四", id_=2)]


def close(order: Order, n: int = 0):
    return lambda: close_returned(order.pk, scrapped={}, reason="拒收", actor=STAFF[n % 2])


def refused() -> tuple[Order, int]:
    sku = cast.make_sku(on_hand=9)
    return refused_cod(basket={sku.pk: 4}), sku.pk


def test_pressed_by_six_the_goods_come_back_once():
    order, sku = refused()
    told = codes_of(run_together([close(order, n) for n in range(6)]))
    assert told == ["already_done"] * 5 + ["ok"]
    assert stock_of(sku) == (9, 0)


def test_without_the_lock_they_would_come_back_twice_but_for_the_version(switch_off_order_lock):
    order, sku = refused()
    switch_off_order_lock(2)
    told = codes_of(run_together([close(order), close(order, 1)]))
    assert told.count("ok") == 1 and told != ["ok", "wrong_stage"]
    assert StockMovement.objects.filter(order_id=order.pk, kind="return").count() == 1
    assert stock_of(sku) == (9, 0)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_either_its_money_is_in_or_its_goods_are_back(_round):
    order, sku = refused()
    collect = lambda: collect_payment(order.pk, actor=STAFF[1])  # noqa: E731
    told = codes_of(run_together([close(order), collect]))
    now = fresh(order)
    assert told in (["money_is_in", "ok"], ["ok", "wrong_stage"], ["nothing_owed", "ok"])
    assert (now.stage == Stage.CLOSED) is (now.paid_fen == 0)
    assert stock_of(sku) == ((9, 0) if now.stage == Stage.CLOSED else (5, 0))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_refused_and_due_at_one_moment_it_is_not_both_received_and_waiting(_round):
    with clock.at(clock.now() - timedelta(days=30)):
        order = shipped_cod()
    parcel = parcel_of(order)
    receive = lambda: receive_order(order.pk, actor=SYSTEM)  # noqa: E731
    back = lambda: turn_back(parcel.pk, actor=STAFF[0])  # noqa: E731
    received, turned = run_together([receive, back])
    assert not isinstance(turned, Exception)
    now = fresh(order)
    assert now.is_coming_back and (now.stage == Stage.DONE) is not isinstance(received, Exception)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_delivered_after_all_or_closed_never_both(_round):
    order, _sku = refused()
    arrive = lambda: arrive_parcel(parcel_of(order).pk, actor=STAFF[1])  # noqa: E731
    told = codes_of(run_together([close(order), arrive]))
    assert told.count("ok") == 1
    assert fresh(order).is_coming_back is False
