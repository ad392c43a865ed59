"""A buyer who asks for it is erased: unreadable in every copy, a day later, and not while anything is open."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from orders import rehash
from orders.desk.search.matches import find_matches
from orders.invariants import erased_are_not_found
from orders.models import BlindIndex, Note, Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.invariants import erased_payers_are_forgotten
from orders.payments.models import AttemptState, PayAttempt
from orders.payments.services.transfers import reject_proof, send_proof
from orders.services.steps import add_note, receive_order, set_seller_remark
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.actor import SYSTEM
from shop.crypto import Erased, Sealed
from shop.crypto.sealing import seal_as_before
from shop.customers.balance import change_balance
from shop.customers.care import reveal_phone, set_remark
from shop.customers.consents import accept_messages
from shop.customers.erasure import ask_erasure, erase_when_due, keep_data, list_due_to_erase
from shop.customers.invariants import erased_have_nothing_left, erased_have_nothing_unbound
from shop.customers.models import Customer, CustomerToken, MessageConsent
from shop.customers.selectors import list_customers
from shop.customers.services import (
    change_profile,
    customer_actor,
    get_or_create_customer,
    issue_token,
    save_address,
)
from shop.events.delivery import drain
from shop.events.models import Event
from shop.files.models import Picture
from shop.files.services import store_picture
from shop.rotation import rotate_table
from shop.store.choices import PayMethod
from tests import cast
from tests.console import browser
from tests.expect import fresh, refused
from tests.ground.test_bound_values import HOME
from tests.ground.test_files import picture_bytes
from tests.orders.migrations.former import seal_all_as_before

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
PHONE = "13977778888"
PLAIN = ("小燕子", PHONE, "林晓燕", "文三路", "轻放", "老客户", "要礼盒", "爱喝茶")
LATER = timedelta(hours=25)
RESTORED = (
    "openid",
    "unionid",
    "secret",
    "phone_hash",
    "last_digits_hash",
    "nickname_hash",
    "erase_at",
    "erased_at",
)


@pytest.fixture
def order() -> Order:
    """The order of a buyer about whom everything is known, received."""
    cast.open_shop()
    customer = change_profile(cast.make_customer("小燕子").pk, phone=PHONE)
    save_address(customer, HOME)
    set_remark(customer.pk, text="爱喝茶", actor=cast.clerk())
    order = cast.prepared_order(customer=customer, remark="轻放")
    change_address(order.pk, to=cast.HOME, actor=cast.clerk())
    set_seller_remark(order.pk, text="老客户", actor=cast.clerk())
    add_note(order.pk, text="要礼盒", actor=cast.clerk())
    return receive(order)


def receive(order: Order) -> Order:
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk())
    return receive_order(order.pk, actor=cast.buyer(order))


def erase(order: Order) -> Customer:
    ask_erasure(order.customer_id, actor=cast.clerk())
    with clock.at(clock.now() + LATER):
        assert list_due_to_erase(clock.now(), (), 10) == [order.customer_id]
        erase_when_due(order.customer_id)
    return Customer.objects.get(pk=order.customer_id)


def list_sealed() -> list[str]:
    """Every personal value of the database as it is stored."""
    columns = {
        "orders_order": "recipient, phone, address_detail, buyer_remark, seller_remark",
        "customers_customer": "nickname, phone, remark",
        "orders_note": "text",
        "events_event": "sealed",
    }
    values = []
    with connection.cursor() as cursor:
        for table, names in columns.items():
            cursor.execute(f"SELECT {names} FROM {table}")  # noqa: S608 - names of ours
            values += [value for row in cursor.fetchall() for value in row if value]
    return values


def test_nothing_opens_any_more_and_nothing_finds_them(order: Order) -> None:
    customer = erase(order)
    assert customer.secret == "" and customer.erased_at
    assert isinstance(fresh(order).recipient, Erased) and isinstance(customer.phone, Erased)
    assert isinstance(order.notes.get().text, Erased)
    sealed = Event.objects.exclude(sealed="")
    assert sealed.count() >= 4 and all(isinstance(event.sealed, Erased) for event in sealed)
    assert not customer.addresses.exists() and not customer.tokens.exists()
    assert not BlindIndex.objects.filter(order=order).exists()
    assert list(list_customers(words=PHONE)) == [] and find_matches(PHONE, actor=SYSTEM).ids == frozenset()
    assert {attempt.openid for attempt in PayAttempt.objects.filter(order=order)} <= {""}


def test_a_copy_of_the_database_from_before_needs_the_secret_that_is_gone(order: Order) -> None:
    copied = list_sealed()
    erase(order)
    assert copied == list_sealed()  # The rows are as they were: it is the secret that makes them unreadable.
    assert all(value.startswith("v2:") for value in copied)


def test_values_of_version_1_are_sealed_with_the_secret_first(order: Order) -> None:
    seal_all_as_before()
    erase(order)
    assert all(value.startswith("v2:") for value in list_sealed())
    assert isinstance(fresh(order).recipient, Erased)


def test_a_new_key_leaves_nothing_of_the_erased(order: Order, settings: object) -> None:
    customer = erase(order)
    settings.DATA_KEYS = {"k2": b"2" * 32, **settings.DATA_KEYS}  # type: ignore[attr-defined]
    assert rotate_table(Order).remaining == rotate_table(Event).remaining == 0
    assert (fresh(order).recipient, fresh(order).customer.pk) == ("", customer.pk)


def test_money_and_goods_stay(order: Order) -> None:
    erase(order)
    after = fresh(order)
    assert (after.paid_fen, after.pieces, after.province) == (order.paid_fen, order.pieces, order.province)
    assert after.lines.count() == 1 and after.payments.exists()


def test_the_same_person_comes_back_as_somebody_new(order: Order) -> None:
    openid = order.customer.openid
    erase(order)
    assert get_or_create_customer(openid).pk != order.customer_id


@pytest.mark.parametrize("what", ["order", "refund", "balance"])
def test_nobody_is_erased_while_something_is_open(order: Order, what: str) -> None:
    customer = order.customer
    if what == "order":
        cast.paid_order(customer=customer)
    elif what == "refund":
        cast.refund_payment(order.payments.get().pk, amount_fen=100, reason="x", actor=cast.clerk())
    elif what == "balance":
        change_balance(customer.pk, delta_fen=100, reason="x", actor=cast.clerk())
    left = erase(order)
    assert left.erased_at is None and left.secret
    assert left.erase_at and left.erase_at > clock.now() + LATER
    assert fresh(order).recipient == cast.HOME.recipient
    page = browser().get(f"/console/customers/{customer.pk}/").content.decode()
    words = {"order": "open order", "refund": "not settled", "balance": "pay it out"}[what]
    assert "will be erased" in page and words in page


def test_it_can_be_taken_back_for_a_day(order: Order) -> None:
    ask_erasure(order.customer_id, actor=cast.clerk())
    keep_data(order.customer_id, actor=cast.clerk())
    with clock.at(clock.now() + LATER):
        assert list_due_to_erase(clock.now(), (), 10) == []
        erase_when_due(order.customer_id)
    assert Customer.objects.get(pk=order.customer_id).secret
    with refused("not_asked"):
        keep_data(order.customer_id, actor=cast.clerk())


def test_it_is_asked_for_once_and_by_those_who_may(order: Order) -> None:
    with refused("forbidden", 403):
        ask_erasure(order.customer_id, actor=cast.clerk("support"))
    with refused("not_found", 404):
        ask_erasure(order.customer_id, actor=customer_actor(cast.make_customer("other")))
    ask_erasure(order.customer_id, actor=customer_actor(order.customer))
    with refused("already_asked"):
        ask_erasure(order.customer_id, actor=cast.clerk())


def test_nothing_is_written_about_the_erased(order: Order) -> None:
    erase(order)
    for write in (
        lambda: set_remark(order.customer_id, text="neu", actor=cast.clerk()),
        lambda: set_seller_remark(order.pk, text="neu", actor=cast.clerk()),
        lambda: add_note(order.pk, text="neu", actor=cast.clerk()),
        lambda: change_balance(order.customer_id, delta_fen=100, reason="x", actor=cast.clerk()),
        lambda: reveal_phone(order.customer_id, actor=cast.clerk()),
    ):
        with refused("erased"):
            write()


def test_pictures_go_with_them(django_capture_on_commit_callbacks: object) -> None:
    customer = cast.make_customer()
    cast.open_shop(transfer_on=True, transfer_bank="招商银行", transfer_name="山野集", transfer_number="6225")
    order = cast.place(customer, pay_method=PayMethod.TRANSFER)
    picture = store_picture(picture_bytes(), customer_id=customer.pk)
    send_proof(order.pk, picture_ids=[picture.pk], words="转了", actor=cast.buyer(order))
    reject_proof(order.pk, reason="not found", actor=cast.clerk())
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        erase(order)
    assert not Picture.objects.filter(customer_id=customer.pk).exists()
    assert isinstance(fresh(order).proofs.get().words, Erased)


def test_the_console_asks_shows_and_takes_back(order: Order) -> None:
    client, path = browser(), f"/console/customers/{order.customer_id}/"

    def press(client: Client, name: str) -> str:
        version = Customer.objects.get(pk=order.customer_id).version
        return client.post(f"{path}{name}/", {"version": version}, follow=True).content.decode()

    assert "Erase after 24 hours" in client.get(f"{path}erase/").content.decode()
    assert "Take the erasure back" in press(client, "erase")
    assert "Take the erasure back" not in press(client, "keep")
    press(client, "erase")
    with clock.at(clock.now() + LATER):
        erase_when_due(order.customer_id)
    for page in (path, "/console/customers/", f"/console/orders/{order.number}/", "/console/orders/"):
        shown = client.get(page).content.decode()
        assert "(erased)" in shown and not any(plain in shown for plain in PLAIN), page


def _find_again(order: Order) -> Any:
    BlindIndex(order=order, nickname=1, recipient=2, phone=3, phone4=4).save(force_insert=True)
    return BlindIndex.objects.filter(order=order)


def _accept_again(order: Order) -> Any:
    consent = MessageConsent(customer=order.customer, template_id="t", accepted_at=clock.now())
    consent.save()
    return consent


def _send_again(order: Order) -> Any:
    return store_picture(picture_bytes(), customer_id=order.customer_id)


def _seal_unbound(order: Order) -> Any:
    note = order.notes.get()
    sealed = Sealed(seal_as_before("x", context="orders_note.text"))
    Note._base_manager.filter(pk=note.pk).update(text=sealed)
    return note


@pytest.mark.parametrize(
    ("book", "undo"),
    [
        (erased_are_not_found, _find_again),
        (erased_have_nothing_left, _accept_again),
        (erased_have_nothing_left, _send_again),
        (erased_have_nothing_unbound, _seal_unbound),
    ],
)
def test_the_books_tell_of_an_erasure_that_was_not_whole(
    order: Order, book: Callable[[], Iterator[str]], undo: Callable[[Order], Any]
) -> None:
    erase(order)
    assert list(book()) == []
    left = undo(order)
    assert len(list(book())) == 1
    left.delete()


def test_the_books_tell_of_a_payer_who_is_named(order: Order) -> None:
    moments = {"created_at": clock.now(), "expires_at": clock.now()}
    attempt = PayAttempt(
        order=order, number="x", openid="o", amount_fen=1, state=AttemptState.CLOSED, **moments
    )
    attempt.save()
    erase(order)
    assert list(erased_payers_are_forgotten()) == []
    PayAttempt.objects.filter(pk=attempt.pk).update(openid="o")
    assert list(erased_payers_are_forgotten()) == ["attempt x"]
    attempt.delete()


def _spoil(order: Order) -> None:
    """A value of version 1 under a key that is not there."""
    Order._base_manager.filter(pk=order.pk).update(recipient=Sealed("v1:lost:AAAA"))


def test_what_cannot_be_opened_keeps_nobody_from_being_erased(order: Order) -> None:
    _spoil(order)
    erase(order)
    with clock.at(clock.now() + LATER):
        drain()
    assert (fresh(order).recipient, fresh(order).phone) == ("", "")


def test_what_cannot_be_opened_stays_while_they_are_not_erased(order: Order) -> None:
    _spoil(order)
    cast.paid_order(customer=order.customer)
    assert erase(order).secret
    assert "v1:lost:AAAA" in list_sealed()


def test_a_request_that_was_under_way_writes_nothing(order: Order) -> None:
    customer = Customer.objects.get(pk=order.customer_id)
    erase(order)
    for write in (
        lambda: save_address(customer, HOME),
        lambda: issue_token(customer),
        lambda: accept_messages(customer, []),
        lambda: change_profile(customer.pk, phone=PHONE),
    ):
        with refused("erased"):
            write()


def test_new_search_hashes_are_not_made_of_the_erased(order: Order) -> None:
    """Whose erasure came after the rows were read: under the lock they are looked at again."""
    erase(order)
    rehash._rebuild(order.pk)
    assert not BlindIndex.objects.filter(order=order).exists()


def test_what_a_process_of_the_version_before_left_goes_with_rotate_keys(order: Order) -> None:
    customer = erase(order)
    Customer.objects.filter(pk=customer.pk).update(last_digits_hash="5" * 32)
    assert len(list(erased_have_nothing_left())) == 1
    call_command("rotate_keys", stdout=StringIO())
    assert list(erased_have_nothing_left()) == []


def test_a_restored_backup_is_told_who_was_erased(order: Order, tmp_path: Path) -> None:
    openid, was = order.customer.openid, Customer.objects.filter(pk=order.customer_id).values().get()
    erase(receive(cast.prepared_order()))
    erase(order)
    told = StringIO()
    call_command("erasures", stdout=told)
    assert len(told.getvalue().splitlines()) == 2 and openid not in told.getvalue()
    file = tmp_path / "erasures"
    file.write_text(told.getvalue(), encoding="utf-8")
    assert "0 erased again" in run_again(file)
    # As a backup from before has them; somebody else has come since.
    Customer.objects.filter(pk=order.customer_id).update(**{name: was[name] for name in RESTORED})
    CustomerToken(customer=order.customer, created_at=clock.now(), expires_at=clock.now() + LATER).save()
    other = cast.make_customer("somebody")
    assert isinstance(fresh(order).recipient, str) and not isinstance(fresh(order).recipient, Erased)
    assert "0 erased again, 1 wait" in run_again(file)
    assert CustomerToken.objects.get(customer=order.customer).revoked_at
    with clock.at(clock.now() + LATER):
        assert "1 erased again, 0 wait" in run_again(file)
    assert isinstance(fresh(order).recipient, Erased)
    assert Customer.objects.get(pk=other.pk).nickname == "somebody"


def test_who_asked_and_waits_is_told_too(order: Order, tmp_path: Path) -> None:
    asked = ask_erasure(order.customer_id, actor=cast.clerk()).erase_at
    told = StringIO()
    call_command("erasures", stdout=told)
    (tmp_path / "erasures").write_text(told.getvalue(), encoding="utf-8")
    keep_data(order.customer_id, actor=cast.clerk())
    assert "0 erased again, 1 wait" in run_again(tmp_path / "erasures")
    assert Customer.objects.get(pk=order.customer_id).erase_at == asked


def run_again(file: Path) -> str:
    answer = StringIO()
    call_command("erasures", "--again", str(file), stdout=answer)
    return answer.getvalue()


def test_a_file_of_something_else_is_refused(order: Order, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("one two three", encoding="utf-8")
    with pytest.raises(CommandError, match="not what"):
        run_again(tmp_path / "x")
    assert Customer.objects.get(pk=order.customer_id).secret
