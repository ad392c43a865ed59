"""Recording money that people received."""

import pytest

from orders.payments.models import Payment
from orders.payments.services.collecting import collect_payment
from orders.stages import Stage
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of


def cod_order():
    return cast.place(pay_method=PayMethod.COD)


def test_cash_for_an_order_in_hand_moves_nothing():
    order = cod_order()
    paid = collect_payment(order.pk, reference="收据 7", actor=cast.clerk("finance"))
    assert (paid.stage, paid.owed_fen) == (Stage.TO_CONFIRM, 0)
    payment = Payment.objects.get(order=order)
    assert (payment.amount_fen, payment.reference, payment.counts) == (order.payable_fen, "收据 7", True)


def test_cash_for_an_unpaid_order_moves_it_on_and_closes_its_attempt(gateway):
    order = cast.place()
    attempt = gateway.open(order)
    assert collect_payment(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.TO_CONFIRM
    assert gateway.trade(attempt.number)["state"] == "CLOSED"


def test_where_orders_need_no_confirming_it_goes_on_as_if_paid():
    cast.open_shop(confirm_step_on=False)
    order = cast.place()
    assert collect_payment(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.CONFIRMED


def test_when_the_buyer_has_paid_by_phone_no_cash_is_recorded(gateway):
    order = cast.place()
    gateway.take_money(order)
    with refused("nothing_owed"):
        collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    assert fresh(order).paid_fen == order.payable_fen


def test_the_couriers_cash_comes_after_receiving():
    order = cod_order()
    cast.confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    cast.ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    assert collect_payment(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.SHIPPED


def test_collecting_twice_is_refused():
    order = cod_order()
    collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    with refused("nothing_owed"):
        collect_payment(order.pk, actor=cast.clerk("order_clerk"))
    assert verbs_of(order).count("collect") == 1


@pytest.mark.parametrize("role", ["warehouse", "support", "store_clerk"])
def test_only_with_the_capability(role):
    with refused("forbidden", 403):
        collect_payment(cod_order().pk, actor=cast.clerk(role))


def test_not_by_the_buyer():
    order = cod_order()
    with refused("forbidden", 403):
        collect_payment(order.pk, actor=cast.buyer(order))
