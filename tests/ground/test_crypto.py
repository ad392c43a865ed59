"""Personal values are unreadable in the database and open only where they belong."""

import pytest
from django.db import connection
from django.db.models import TextField, Value

from orders.models import Order
from shop.crypto import (
    Undecryptable,
    Unreadable,
    keyed_hash,
    mask_address,
    mask_name,
    mask_phone,
    seal,
    unseal,
)
from shop.customers.models import Customer
from tests.cast import make_customer, open_shop, paid_order
from tests.console import browser


def test_a_sealed_value_opens_in_its_own_column_only():
    value = seal("13800005678", context="orders_order.phone")
    assert unseal(value, context="orders_order.phone") == "13800005678"
    with pytest.raises(Undecryptable):
        unseal(value, context="orders_order.recipient")


def test_the_same_value_is_sealed_differently_each_time():
    assert seal("x", context="a.b") != seal("x", context="a.b")


def test_a_changed_value_does_not_open():
    value = seal("13800005678", context="a.b")
    broken = value[:-6] + ("AAAAA=" if not value.endswith("AAAAA=") else "BBBBB=")
    with pytest.raises(Undecryptable):
        unseal(broken, context="a.b")


def test_an_old_key_still_opens_and_the_first_key_seals(settings):
    old = seal("tea", context="a.b")
    settings.DATA_KEYS = {"k2": b"2" * 32, **settings.DATA_KEYS}
    assert unseal(old, context="a.b") == "tea"
    assert seal("tea", context="a.b").startswith("v2:k2:")


def test_an_unknown_key_is_said_so(settings):
    value = seal("tea", context="a.b")
    settings.DATA_KEYS = {"other": b"3" * 32}
    with pytest.raises(Undecryptable):
        unseal(value, context="a.b")


def test_hashes_of_different_kinds_differ():
    assert keyed_hash("phone", "5678") != keyed_hash("phone4", "5678")


@pytest.mark.django_db
def test_the_database_holds_no_plain_value():
    customer = make_customer("小燕子")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nickname FROM customers_customer WHERE id = %s", [customer.pk])
        stored = cursor.fetchone()[0]
    assert stored.startswith("v2:") and "小燕子" not in stored
    customer.refresh_from_db()
    assert customer.nickname == "小燕子"


@pytest.mark.django_db
def test_an_encrypted_column_cannot_be_searched_by_mistake():
    with pytest.raises(TypeError):
        list(type(make_customer()).objects.filter(nickname__contains="燕"))


@pytest.mark.parametrize(
    ("phone", "hidden"), [("13812345678", 6), ("+8613812345678", 6), ("5678", 4), ("02188886666", 6)]
)
def test_a_masked_phone_hides_at_least_six_digits_or_all(phone, hidden):
    masked = mask_phone(phone)
    assert masked.count("*") >= hidden and len(masked) == len(phone)


def test_names_and_streets_are_masked():
    assert mask_name("张三丰") == "张**"
    assert mask_name("") == ""
    assert mask_address("文三路 88 号 3 幢 502") == "文三路 ****"
    assert mask_address("短") == "****"


@pytest.mark.parametrize(
    "stored", ["rubbish", "v1:k1:!!!", "v1:k1:", "v1:k9:AAAA", "v1:k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
)
@pytest.mark.django_db
def test_a_value_that_cannot_be_opened_spoils_itself_only(stored):
    customer = make_customer("小燕子")
    Customer.objects.filter(pk=customer.pk).update(remark=Value(stored, output_field=TextField()))
    found = Customer.objects.get(pk=customer.pk)
    assert isinstance(found.remark, Unreadable)
    assert found.nickname == "小燕子"
    found.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT remark FROM customers_customer WHERE id = %s", [customer.pk])
        assert cursor.fetchone()[0] == stored


@pytest.mark.django_db
def test_the_page_of_an_order_shows_what_can_be_read():
    open_shop()
    order = paid_order()
    Order.objects.filter(pk=order.pk).update(buyer_remark=Value("v1:k1:AAAA", output_field=TextField()))
    for path in (f"/console/orders/{order.number}/", "/console/orders/"):
        page = browser().get(path).content.decode()
        assert order.number[-4:] in page
    assert "(cannot be read)" in page
