"""What was handed out at stores as a sheet, and beside the orders."""

from orders.exports.models import SheetKind
from pickup.services.verifying import undo_verify
from shop.actor import Actor
from tests import cast
from tests.expect import fresh
from tests.exports.conftest import read_table, wish, written
from tests.exports.test_sheets import local, only
from tests.pickup.counter import appoint, hand_out, waiting

BOSS = cast.clerk("manager", name="王店长", id_=2)


def test_a_row_for_each_time_goods_were_handed_out(manager: Actor) -> None:
    order = waiting(basket={cast.make_sku().pk: 2})
    verifier = appoint(order.pickup_store, nickname="小周")
    line = order.lines.get()
    first = hand_out(order, {line.pk: 1}, verifier_id=verifier.pk)
    hand_out(fresh(order))
    undo_verify(order.pk, reason="拿错了", actor=BOSS)
    cast.paid_order()
    rows = read_table(written(wish(SheetKind.HANDED_OUT), manager))
    assert [row["Order number"] for row in rows] == [order.number] * 2
    assert [row["Pieces handed out"] for row in rows] == [1, 1]
    assert [row["State of the verification"] for row in rows] == ["Handed out", "Undone"]
    assert [row["Undone by"] for row in rows] == [None, "王店长"]
    assert [row["Verifier"] for row in rows] == [f"#{verifier.customer_id}", None]
    assert rows[0]["Verifier's nickname"] == "小*"
    assert rows[0]["Operator"] == first.operator_name
    assert rows[0]["Store"] == first.store.name
    assert rows[0]["Handed out at"] == local(first.at)
    assert rows[0]["Recipient"][1:] == "**"


def test_orders_tell_their_store_and_when_and_by_whom_they_were_handed_out(manager: Actor) -> None:
    order = waiting()
    verifier = appoint(order.pickup_store, nickname="小周")
    done = hand_out(order, verifier_id=verifier.pk)
    row = only("orders", manager)
    assert (row["Store"], row["Handed out by"]) == (order.pickup_store.name, f"#{verifier.customer_id}")
    assert row["Handed out at"] == local(done.at)


def test_what_was_undone_is_not_handed_out(manager: Actor) -> None:
    order = waiting()
    hand_out(order)
    undo_verify(order.pk, reason="拿错了", actor=BOSS)
    row = only("orders", manager)
    assert (row["Handed out at"], row["Handed out by"]) == (None, None)


def test_an_order_that_is_sent_has_neither_store_nor_counter(manager: Actor) -> None:
    cast.shipped_order()
    row = only("orders", manager)
    assert (row["Store"], row["Handed out at"], row["Handed out by"]) == (None, None, None)
