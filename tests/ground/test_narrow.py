"""Reading a few columns of many rows: models made narrow, and many ids as one value."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from shop.customers.models import Customer
from shop.database.among import IsAmong
from shop.database.narrow import make_narrow
from tests import cast


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    cast.open_shop()


def test_a_narrow_row_knows_its_columns_opens_what_is_sealed_and_reads_the_rest_when_it_is_asked() -> None:
    order = cast.paid_order(remark="轻放")
    names = ("id", "number", "buyer_remark", "customer_id")
    values = Order.objects.values_list(*names).get()
    narrow = make_narrow(Order, names, values)
    buyer = make_narrow(Customer, ("secret",), (order.customer.secret, "more than was named"))
    Order._meta.get_field("customer").set_cached_value(narrow, buyer)
    with CaptureQueriesContext(connection) as queries:
        assert (narrow.number, narrow.buyer_remark, narrow) == (order.number, "轻放", order)
    assert len(queries) == 0
    assert narrow.payable_fen == order.payable_fen


def test_among_finds_what_in_finds() -> None:
    order, other, _third = (cast.paid_order() for _n in range(3))
    for ids in ([order.pk, other.pk], [other.pk, 0], []):
        assert set(Order.objects.filter(IsAmong("pk", ids))) == set(Order.objects.filter(pk__in=ids))
    lines = Order.objects.filter(IsAmong("lines__order_id", [order.pk]))
    assert list(lines) == [order]
