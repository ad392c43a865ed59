"""The migration that seals what staff wrote before: there and back on rows that exist."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orders.services.steps import add_note, set_seller_remark
from tests import cast
from tests.orders.migrations.former import seal_all_as_before

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = ("orders", "0006_reminder")
LONG = "老客户 " * 100


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seller_remark FROM orders_order ORDER BY id")
        remarks = [remark for (remark,) in cursor.fetchall()]
        cursor.execute("SELECT text FROM orders_note ORDER BY id")
        return remarks + [text for (text,) in cursor.fetchall()]


def test_old_remarks_and_notes_are_sealed_and_can_be_opened_again() -> None:
    order, _silent = cast.place(), cast.place()
    set_seller_remark(order.pk, text=LONG, actor=cast.clerk("order_clerk"))
    note = add_note(order.pk, text="要礼盒", actor=cast.clerk("order_clerk"))
    seal_all_as_before()
    try:
        MigrationExecutor(connection).migrate([BEFORE])
        assert stored() == [LONG.strip(), "", "要礼盒"]
    finally:
        # All of them, for the tests that come after this one.
        forward = MigrationExecutor(connection)
        forward.migrate(forward.loader.graph.leaf_nodes())
    assert [text[:3] for text in stored()] == ["v1:", "", "v1:"]
    order.refresh_from_db()
    note.refresh_from_db()
    assert (order.seller_remark, note.text) == (LONG.strip(), "要礼盒")
