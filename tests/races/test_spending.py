"""Orders of one buyer paid at one moment: what the buyer spent is the sum of all."""

from orders import spending
from orders.invariants import spending_is_the_sum_of_orders
from orders.payments.services.collecting import collect_payment
from orders.spending import keep_all_spending
from shop.customers.models import Customer
from shop.store.choices import PayMethod
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together


def collect_together(count: int) -> int:
    customer = cast.make_customer()
    orders = [cast.place(customer, pay_method=PayMethod.COD) for _ in range(count)]
    acts = [lambda o=order: collect_payment(o.pk, actor=cast.clerk()) for order in orders]
    assert codes_of(run_together(acts)) == ["ok"] * count
    return Customer.objects.get(pk=customer.pk).spent_fen - sum(order.payable_fen for order in orders)


def test_six_payments_of_one_buyer_are_all_in_the_sum():
    assert collect_together(6) == 0


def test_summed_without_the_buyers_lock_one_would_be_missed(monkeypatch):
    rendezvous = Rendezvous(2)

    def sum_unlocked(customers, orders, ids):
        own = orders.objects.filter(customer_id__in=list(ids))
        fen = sum(order.paid_fen - order.refunded_fen for order in own)
        rendezvous.meet()
        customers.objects.filter(pk__in=list(ids)).update(spent_fen=fen)

    with monkeypatch.context() as patch:
        patch.setattr(spending, "_sum", sum_unlocked)
        assert collect_together(2) < 0
    assert list(spending_is_the_sum_of_orders())
    keep_all_spending()
