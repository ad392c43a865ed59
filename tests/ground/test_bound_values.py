"""Sealed values open in their own row only, and a buyer's with that buyer's secret only."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from orders.models import Order
from orders.services.steps import add_note, set_seller_remark
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.crypto import EncryptedTextField, Unreadable, list_unreadable, seal
from shop.customers.models import Address, Customer, RandomSecret
from shop.customers.services import save_address
from shop.events.models import Event
from shop.http.models import IdempotencyKey
from shop.rotation import list_encrypted_models
from tests import cast
from tests.expect import fresh
from tests.orders.migrations.former import seal_all_as_before

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_shop(db: None) -> None:
    cast.open_shop()


HOME = cast.address(phone="13812345678")
NOT_BOUND = {
    "store.WeChatAccount": "there is one row",
    "store.AlipayAccount": "there is one row",
    "customers.Customer": "each row has a secret of its own",
}


def stored(table: str, column: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {table} WHERE id = %s', [pk])  # noqa: S608 - names of ours
        return str(cursor.fetchone()[0])


def swap(model: type[Model], column: str, one: int, other: int) -> None:
    """What somebody with the database and without the keys could do."""
    table = model._meta.db_table
    values = stored(table, column, one), stored(table, column, other)
    with connection.cursor() as cursor:
        for pk, value in ((one, values[1]), (other, values[0])):
            cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE id = %s', [value, pk])  # noqa: S608


def test_every_sealed_column_is_bound_to_its_row() -> None:
    free = {
        model._meta.label
        for model in list_encrypted_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) and not field.bound_to
    }
    assert free == set(NOT_BOUND)


@pytest.mark.parametrize("is_same_buyer", [True, False])
@pytest.mark.parametrize("column", ["recipient", "phone", "address_detail", "buyer_remark", "seller_remark"])
def test_values_of_two_orders_that_are_swapped_do_not_open(column: str, is_same_buyer: bool) -> None:
    buyer = cast.make_customer()
    orders = [cast.place(buyer if is_same_buyer else None, remark=f"remark {n}") for n in range(2)]
    for order in orders:
        set_seller_remark(order.pk, text=f"words about {order.number}", actor=cast.clerk())
    swap(Order, column, orders[0].pk, orders[1].pk)
    for order in map(fresh, orders):
        assert list_unreadable(order) == [f"orders_order.{column}"]
        assert isinstance(getattr(order, column), Unreadable)


def make_two(kind: str) -> tuple[list[Any], str]:
    """Two rows of a kind, of one buyer or one order, and the column that is swapped."""
    order = cast.paid_order()
    if kind == "note":
        return [add_note(order.pk, text=f"note {n}", actor=cast.clerk()) for n in range(2)], "text"
    if kind == "event":
        for n in range(2):
            set_seller_remark(order.pk, text=f"remark {n}", actor=cast.clerk())
        return list(Event.objects.filter(verb="order.remark").order_by("id")), "sealed"
    if kind == "address":
        return [save_address(order.customer, HOME | {"detail": f"{n} 号"}) for n in range(2)], "detail"
    row = {"scope": "x", "fingerprint": "", "status": 200, "created_at": clock.now()}
    return [IdempotencyKey.objects.create(key=str(n), body=f"[{n}]", **row) for n in range(2)], "body"


@pytest.mark.parametrize("kind", ["note", "event", "address", "answer"])
def test_other_values_that_are_swapped_do_not_open(kind: str) -> None:
    rows, column = make_two(kind)
    model, keys = type(rows[0]), [row.pk for row in rows]
    before = [getattr(model._base_manager.get(pk=pk), column) for pk in keys]
    assert len(set(before)) == 2 and not any(isinstance(value, Unreadable) for value in before)
    swap(model, column, *keys)
    assert all(isinstance(getattr(model._base_manager.get(pk=pk), column), Unreadable) for pk in keys)


def test_two_buyers_that_are_swapped_do_not_open() -> None:
    one, other = cast.make_customer("甲"), cast.make_customer("乙")
    swap(Customer, "nickname", one.pk, other.pk)
    assert isinstance(Customer.objects.get(pk=one.pk).nickname, Unreadable)


def test_a_value_is_never_written_without_its_row() -> None:
    order = cast.place()
    with pytest.raises(TypeError, match="sealed for its row"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(phone="13800000000")
    order.phone = "13800000000"
    with pytest.raises(TypeError, match="sealed for its row"), transaction.atomic():
        Order.objects.bulk_update([order], ["phone"])
    order.save(update_fields=["phone"])
    assert fresh(order).phone == "13800000000"


def test_what_nobody_reads_is_not_opened_and_is_saved_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    order = cast.place(remark="轻放")
    before = stored("orders_order", "buyer_remark", order.pk)
    opened: list[str] = []
    monkeypatch.setattr(EncryptedTextField, "open", lambda field, _stored, _row: opened.append(field.name))
    found = Order.objects.get(pk=order.pk)
    found.hold_reason = "x"
    found.save()
    assert opened == []
    assert stored("orders_order", "buyer_remark", order.pk) == before


def test_values_of_version_1_open_until_they_are_sealed_anew() -> None:
    order = cast.prepared_order(remark="轻放")
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk())
    add_note(order.pk, text="要礼盒", actor=cast.clerk())
    seal_all_as_before()
    assert stored("orders_order", "phone", order.pk).startswith("v1:")
    for model in apps.get_models():
        for row in model._base_manager.all():
            assert list_unreadable(row) == []
    assert fresh(order).buyer_remark == "轻放"


def test_a_process_of_version_1_gives_a_buyer_a_secret_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customer (openid, unionid, nickname, phone, phone_hash, nickname_hash, remark,"
            " is_blocked, blocked_reason, balance_fen, version, created_at)"
            " VALUES ('old', '', '', '', '', '', '', %s, '', 0, 1, %s)",
            [False, clock.now()],
        )
    made = Customer.objects.get(openid="old")
    assert len(made.secret) >= 32 and made.secret != cast.make_customer().secret
    made.nickname = "小燕子"
    made.save()
    assert Customer.objects.get(pk=made.pk).nickname == "小燕子"
    assert Customer._meta.get_field("secret").db_default.__class__ is RandomSecret


def test_the_shops_key_alone_does_not_open_a_buyers_value() -> None:
    customer = cast.make_customer("甲")
    without = seal("甲", context="customers_customer.nickname")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET nickname = %s WHERE id = %s", [without, customer.pk])
    assert isinstance(Customer.objects.get(pk=customer.pk).nickname, Unreadable)


def test_an_address_keeps_its_values_when_another_becomes_the_default() -> None:
    customer = cast.make_customer()
    first = save_address(customer, HOME | {"is_default": True})
    save_address(customer, HOME | {"detail": "别处", "is_default": True})
    assert Address.objects.get(pk=first.pk).detail == HOME["detail"]
