"""`manage.py rotate_keys`: new keys while people work, nothing lost, nothing left under the old ones."""

import threading
from collections.abc import Callable
from functools import partial
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.desk.search.matches import find_matches
from orders.destinations import make_destination
from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.services.place import Recipient
from shop import rotation
from shop.actor import SYSTEM
from shop.crypto import Undecryptable, list_unreadable
from shop.customers.models import Customer
from shop.customers.selectors import list_customers
from shop.customers.services import change_profile
from shop.events.models import Event
from shop.store.models import WeChatAccount
from tests import cast
from tests.threads import held, meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
NEW_KEY, NEW_SEARCH_KEY = b"n" * 32, b"s" * 32
_turns = count()


def address(phone: str) -> Recipient:
    return Recipient("王小明", phone, "上海市", "上海市", "黄浦区", "南京东路 1 号")


@pytest.fixture
def order() -> Order:
    """An order whose address was changed once, of a customer with a phone, all under the old keys."""
    cast.open_shop()
    customer = cast.make_customer("小燕子")
    change_profile(customer.pk, phone="13700001111")
    order = cast.paid_order(customer=customer)
    return change_address(order.pk, to=address("13911112222"), actor=cast.clerk())


@pytest.fixture
def new_keys(order: Order, settings: Any) -> None:
    """Every process writes with the new keys and still reads with the old ones."""
    settings.DATA_KEYS = {"new": NEW_KEY, **settings.DATA_KEYS}
    settings.SEARCH_KEY_OLD, settings.SEARCH_KEY = settings.SEARCH_KEY, NEW_SEARCH_KEY


@pytest.fixture
def forget_old_keys(settings: Any) -> Callable[[], None]:
    def forget() -> None:
        settings.DATA_KEYS = {"new": NEW_KEY}
        settings.SEARCH_KEY_OLD = b""

    return forget


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def read_everything() -> None:
    """Open every encrypted value of the database; raises Undecryptable."""
    for model in rotation.list_encrypted_models():
        for row in model._base_manager.all():
            if spoiled := list_unreadable(row):
                raise Undecryptable(", ".join(spoiled))


def test_everything_opens_with_the_new_key_alone(
    order: Order, new_keys: None, forget_old_keys: Callable[[], None]
) -> None:
    assert "opens with key new alone" in rotate()
    forget_old_keys()
    read_everything()
    order.refresh_from_db()
    assert order.phone == "13911112222"
    assert "13800005678" in Event.objects.get(verb="order.change_address").sealed
    assert WeChatAccount.objects.get().mini_secret == "mini"


def test_before_it_ran_the_old_key_is_still_needed(
    order: Order, new_keys: None, forget_old_keys: Callable[[], None]
) -> None:
    forget_old_keys()
    with pytest.raises(Undecryptable):
        read_everything()


def test_every_table_with_an_encrypted_column_is_found() -> None:
    found = {model._meta.db_table for model in rotation.list_encrypted_models()}
    assert {"orders_order", "events_event", "customers_customer", "customers_address"} <= found


@pytest.mark.parametrize("when", ["before", "after"])
def test_searches_find_before_and_after_the_rebuild(
    order: Order, new_keys: None, forget_old_keys: Callable[[], None], when: str
) -> None:
    if when == "after":
        rotate()
        forget_old_keys()
    assert find_matches("13911112222", actor=SYSTEM).ids == {order.pk}
    assert find_matches("13800005678", actor=SYSTEM).ids == {order.pk}  # the phone before the change
    assert find_matches("2222", actor=SYSTEM).ids == find_matches("小燕子", actor=SYSTEM).ids == {order.pk}
    assert (
        find_matches("王小明", actor=SYSTEM).ids
        == find_matches("王小明\n13911112222", actor=SYSTEM).ids
        == {order.pk}
    )
    assert find_matches(order.number, actor=SYSTEM).ids == {order.pk}
    assert find_matches("王", actor=SYSTEM).ids == {order.pk}
    for words in ("13700001111", "1111"):
        assert [customer.pk for customer in list_customers(words=words)] == [order.customer_id]


def read_hashes(order: Order) -> set[int]:
    return {
        n
        for row in order.hashes.values_list("nickname", "recipient", "surname", "phone", "phone4")
        for n in row
    }


def test_no_hash_of_the_old_search_key_is_left(order: Order, new_keys: None, settings: Any) -> None:
    before = read_hashes(order)
    rotate()
    after = read_hashes(order)
    assert before & after == set()
    assert len(before) == len(after)


def test_the_secrets_of_many_events_are_read_together(order: Order, settings: Any) -> None:
    for number in range(3):
        change_address(order.pk, to=address(f"1380000000{number}"), actor=cast.clerk())
    settings.DATA_KEYS = {"new": NEW_KEY, **settings.DATA_KEYS}
    with CaptureQueriesContext(connection) as queries:
        assert rotation.rotate_table(Event).rewritten == 4
    reads = [sql for query in queries if "customer" in (sql := query["sql"]) and sql.startswith("SELECT")]
    assert len(reads) == 1


def test_a_second_run_has_nothing_to_do(order: Order, new_keys: None) -> None:
    rotate()
    assert all(" 0 rows" in line for line in rotate().splitlines() if "encrypted anew" in line)


def test_it_goes_on_after_an_interruption(
    new_keys: None, forget_old_keys: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    calls, reseal = count(), rotation._reseal

    def killed(*args: Any) -> str:
        if next(calls) == 4:
            raise KeyboardInterrupt
        return reseal(*args)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rotation, "_reseal", killed)
        rotate()
    rotate()
    forget_old_keys()
    read_everything()


def test_a_row_whose_key_is_gone_is_named(order: Order, settings: Any) -> None:
    settings.DATA_KEYS = {"new": NEW_KEY}
    with pytest.raises(CommandError, match=r"row \d+: altered, or its key is not among DATA_KEYS"):
        rotate()


def test_a_row_held_by_somebody_is_passed_over_and_told(
    order: Order, new_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_WAIT_S", 0)
    with held(Order.objects.filter(pk=order.pk)):
        assert rotation.rotate_table(Order) == rotation.Rotated(0, 1)
    assert rotation.rotate_table(Order) == rotation.Rotated(1, 0)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_what_changed_meanwhile_is_not_overwritten(
    order: Order, new_keys: None, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """With the row lock switched off the guard alone holds; negative control: without it the change is lost."""
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda rows, **_options: rows.all()
    )
    if not is_guarded:
        monkeypatch.setattr(rotation, "_unchanged", lambda row: type(row)._base_manager.filter(pk=row.pk))
    reseal, is_first = rotation._reseal, count()

    def change_meanwhile(*args: Any) -> str:
        if next(is_first) == 0:
            thread = threading.Thread(target=_rename, args=(order.customer_id,))
            thread.start()
            thread.join()
        return reseal(*args)

    monkeypatch.setattr(rotation, "_reseal", change_meanwhile)
    rotation.rotate_table(Customer)
    assert (Customer.objects.get(pk=order.customer_id).nickname == "新名字") is is_guarded


def _rename(customer_id: int) -> None:
    change_profile(customer_id, nickname="新名字")
    connection.close()


def write_phones(order: Order, last: dict[int, str]) -> None:
    """Change the phone of the order and of its buyer once; `last` tells which each order has."""
    phone = f"139{order.pk % 10000:04d}{next(_turns) % 10000:04d}"
    change_address(order.pk, to=address(phone), actor=cast.clerk())
    change_profile(order.customer_id, phone=phone)
    last[order.pk] = phone


def test_customers_are_found_by_nickname_under_the_new_key(
    order: Order, new_keys: None, forget_old_keys: Callable[[], None]
) -> None:
    nickname = Customer.objects.get(pk=order.customer_id).nickname
    assert [c.pk for c in list_customers(words=nickname)] == [order.customer_id]
    rotate()
    forget_old_keys()
    assert [c.pk for c in list_customers(words=nickname)] == [order.customer_id]


def test_people_go_on_writing_meanwhile(
    order: Order,
    new_keys: None,
    forget_old_keys: Callable[[], None],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    for _ in range(20):
        cast.make_customer()
    last: dict[int, str] = {}
    orders = [order, cast.paid_order(), cast.paid_order()]
    with meanwhile(*(partial(write_phones, each, last) for each in orders)):
        rotate()
        rotate()
    forget_old_keys()
    read_everything()
    assert len(last) == 3
    for pk, phone in last.items():
        assert Order.objects.get(pk=pk).phone == phone
        assert find_matches(phone, actor=SYSTEM).ids == {pk}
        assert [c.orders.get().pk for c in list_customers(words=phone)] == [pk]


def test_where_an_open_order_goes_is_hashed_anew(order: Order, new_keys: None) -> None:
    before = order.destination
    rotate()
    after = Order.objects.get(pk=order.pk)
    assert after.destination == make_destination(after)
    assert after.destination not in (0, before)
