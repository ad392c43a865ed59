"""What a buyer has spent stands beside them, whatever changes it."""

import pytest

from orders.invariants import spending_is_the_sum_of_orders
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.services.collecting import collect_payment
from orders.spending import keep_all_spending
from shop.customers.models import Customer
from shop.store.choices import PayMethod
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    cast.open_shop()


def spent(customer: Customer) -> int:
    assert list(spending_is_the_sum_of_orders()) == []
    return Customer.objects.get(pk=customer.pk).spent_fen


def test_payments_and_refunds_of_all_orders_are_in_it() -> None:
    customer = cast.make_customer()
    cast.place(customer)
    assert spent(customer) == 0
    first = cast.paid_order(customer=customer)
    assert spent(customer) == first.paid_fen
    cash = cast.place(customer, pay_method=PayMethod.COD)
    collect_payment(cash.pk, actor=cast.clerk("order_clerk"))
    assert spent(customer) == first.paid_fen + cash.payable_fen
    cast.open_shop(balance_on=True)
    cancel_paid(cast.paid_order(customer=customer).pk, reason="x", actor=cast.clerk("order_clerk"))
    assert spent(customer) >= first.paid_fen + cash.payable_fen


def test_what_a_former_version_missed_comes_with_the_next_payment() -> None:
    customer = cast.make_customer()
    first = cast.paid_order(customer=customer)
    Customer.objects.filter(pk=customer.pk).update(spent_fen=7)
    assert len(list(spending_is_the_sum_of_orders())) == 1
    second = cast.paid_order(customer=customer)
    assert spent(customer) == first.paid_fen + second.paid_fen


def test_summing_up_everybody_is_exact_and_may_be_repeated() -> None:
    orders = [cast.paid_order(customer=cast.make_customer()) for _ in range(3)]
    nobody = cast.make_customer()
    Customer.objects.update(spent_fen=0)
    for _time in range(2):
        keep_all_spending()
        assert [spent(order.customer) for order in orders] == [order.paid_fen for order in orders]
        assert spent(nobody) == 0
