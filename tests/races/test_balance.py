"""One balance, many who spend it at once."""

import pytest

from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import Payment
from orders.payments.services.balance import pay_by_balance
from shop.customers.balance import change_balance
from shop.customers.models import BalanceEntry, Customer
from shop.store.choices import PayMethod, ReserveOn
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together


@pytest.fixture(autouse=True)
def with_balance(open_shop) -> None:
    cast.open_shop(balance_on=True)


def orders_of_one(count: int, *, fen: int = 0) -> list:
    """Orders of one customer whose balance is enough for one of them, or is `fen`."""
    customer, sku = cast.make_customer(), cast.make_sku()
    orders = [
        cast.place(customer, basket={sku.pk: 1}, pay_method=PayMethod.BALANCE) for _number in range(count)
    ]
    change_balance(customer.pk, delta_fen=fen or orders[0].payable_fen, reason="x", actor=cast.clerk())
    return orders


def paying(order):
    return lambda: pay_by_balance(order.pk, actor=cast.buyer(order))


def test_two_orders_at_once_never_spend_more_than_there_is():
    orders = orders_of_one(6)
    assert codes_of(run_together([paying(o) for o in orders])) == ["not_enough_balance"] * 5 + ["ok"]
    assert Customer.objects.get().balance_fen == 0


def test_one_order_many_times_is_paid_once():
    [order] = orders_of_one(1, fen=1000_00)
    assert codes_of(run_together([paying(order)] * 8)) == ["nothing_owed"] * 7 + ["ok"]
    assert Payment.objects.count() == 1


def test_without_the_lock_two_orders_meet_at_the_customers_version(monkeypatch):
    """The negative control: both read the same balance, and the version refuses the second to write."""
    orders = orders_of_one(2)
    rendezvous = Rendezvous(2)

    def read_unlocked(_model, customer_id):
        customer = Customer.objects.get(pk=customer_id)
        rendezvous.meet()
        return customer

    monkeypatch.setattr("orders.payments.ledger.lock_row", read_unlocked)
    assert codes_of(run_together([paying(o) for o in orders])) == ["ok", "stale"]
    assert Customer.objects.get().balance_fen == 0


def test_without_the_orders_lock_the_natural_key_is_the_last_guard(switch_off_order_lock, monkeypatch):
    [order] = orders_of_one(1, fen=1000_00)
    switch_off_order_lock(2)
    assert codes_of(run_together([paying(order)] * 2))[0] in ("IntegrityError", "ok")
    assert Payment.objects.count() == 1
    assert BalanceEntry.objects.filter(kind="pay").count() == 1


@pytest.mark.parametrize("reserve_on", ReserveOn)
def test_refunds_and_payments_of_one_customer_at_once_add_up(reserve_on):
    """Both lock stock and customer: in the same order, or they would deadlock."""
    cast.open_shop(balance_on=True, reserve_on=reserve_on)
    orders = orders_of_one(6, fen=300_00)
    for order in orders[:3]:
        pay_by_balance(order.pk, actor=cast.buyer(order))
    cancels = [lambda o=o: cancel_paid(o.pk, reason="x", actor=cast.clerk()) for o in orders[:3]]
    assert codes_of(run_together([*cancels, *(paying(o) for o in orders[3:])])) == ["ok"] * 6
    assert Customer.objects.get().balance_fen == 300_00 - 3 * orders[0].payable_fen


def test_one_form_of_a_top_up_sent_many_times_is_booked_once():
    customer = cast.make_customer()
    seen = customer.version
    top_up = [
        lambda: change_balance(
            customer.pk, delta_fen=5, reason="x", actor=cast.clerk(), expected_version=seen
        )
    ]
    assert codes_of(run_together(top_up * 8)) == ["ok"] + ["stale"] * 7
    assert Customer.objects.get().balance_fen == 5
