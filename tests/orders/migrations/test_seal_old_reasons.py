"""The migrations that seal the reasons staff typed before: there and back on rows that exist."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orders.payments.changes.cancelling import cancel_paid
from orders.services.steps import hold_order
from orders.shipping.services.ship import NewParcel, ship_order
from shop.customers.balance import change_balance
from shop.customers.care import block_customer
from shop.store.choices import Delivery
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [
    ("orders", "0013_unpaid_of_a_buyer"),
    ("payments", "0008_drop_close_failures"),
    ("shipping", "0003_lean_indexes"),
    ("customers", "0007_customers_to_erase"),
]
COLUMNS = {
    "orders_order": "hold_reason",
    "payments_refund": "reason",
    "shipping_parcel": "driver_name",
    "customers_customer": "blocked_reason",
    "customers_balanceentry": "reason",
}


def stored() -> dict[str, list[str]]:
    found = {}
    with connection.cursor() as cursor:
        for table, column in COLUMNS.items():
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} <> '' ORDER BY id")  # noqa: S608
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def test_old_reasons_are_sealed_and_can_be_opened_again() -> None:
    cast.open_shop()
    closed, held, own = cast.paid_order(), cast.paid_order(), cast.prepared_order(delivery=Delivery.LOCAL)
    cancel_paid(closed.pk, reason="退款原因", actor=cast.clerk("order_clerk"))
    hold_order(held.pk, reason="挂起原因" * 50, actor=cast.clerk("order_clerk"))
    ship_order(own.pk, parcels=[NewParcel(driver_name="马师傅")], actor=cast.clerk("warehouse"))
    change_balance(held.customer_id, delta_fen=500, reason="充值原因", actor=cast.clerk("finance"))
    block_customer(held.customer_id, reason="拉黑原因", actor=cast.clerk("order_clerk"))
    try:
        MigrationExecutor(connection).migrate(BEFORE)
        assert stored() == {
            "orders_order": ["挂起原因" * 50],
            "payments_refund": ["退款原因"],
            "shipping_parcel": ["马师傅"],
            "customers_customer": ["拉黑原因"],
            "customers_balanceentry": ["充值原因"],
        }
    finally:
        # All of them, for the tests that come after this one.
        forward = MigrationExecutor(connection)
        forward.migrate(forward.loader.graph.leaf_nodes())
    assert {text[:3] for texts in stored().values() for text in texts} == {"v2:"}
    held.refresh_from_db()
    assert (held.hold_reason, closed.refunds.get().reason) == ("挂起原因" * 50, "退款原因")
    assert held.customer.balance_entries.get().reason == "充值原因"
    held.customer.refresh_from_db()
    assert held.customer.blocked_reason == "拉黑原因"
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_balanceentry")
