"""One transfer, recorded by many at once."""

import pytest

from orders.payments.models import Payment
from orders.payments.services.transfers import record_transfer
from shop.store.choices import PayMethod
from tests import cast
from tests.races.conftest import codes_of, run_together


@pytest.fixture(autouse=True)
def with_transfers(open_shop) -> None:
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")


def recording(order, reference="r1"):
    return lambda: record_transfer(
        order.pk, amount_fen=order.payable_fen, reference=reference, actor=cast.clerk("finance")
    )


def test_one_order_is_paid_once():
    order = cast.place(pay_method=PayMethod.TRANSFER)
    results = run_together([recording(order, f"r{n}") for n in range(6)])
    assert codes_of(results) == ["nothing_owed"] * 5 + ["ok"]


def test_one_reference_pays_one_of_many_orders():
    orders = [cast.place(pay_method=PayMethod.TRANSFER) for _number in range(5)]
    assert codes_of(run_together([recording(o) for o in orders])) == ["ok"] + ["reference_used"] * 4


def test_without_the_lock_the_version_is_the_last_guard(switch_off_order_lock):
    order = cast.place(pay_method=PayMethod.TRANSFER)
    switch_off_order_lock(2)
    assert codes_of(run_together([recording(order, "a"), recording(order, "b")])) == ["ok", "stale"]
    assert Payment.objects.count() == 1
