"""The PIN: chosen on the phone, asked above an amount, tried five times."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import get_hasher, identify_hasher

from pickup.cards import find_card
from pickup.codes import make_code
from pickup.models import CounterRefusal, Verifier, VerifierPin
from pickup.places import find_place
from pickup.services.pins import LOCKED_FOR, TRIES, check_pin, has_pin, reset_pin, set_pin
from shop import clock
from shop.events.models import Event
from shop.store.models import StoreSettings
from tests import cast
from tests.console import browser, page_with
from tests.expect import refused
from tests.pickup.counter import appoint, waiting
from tests.pickup.phone.conftest import sign_in

MANAGER = cast.clerk("manager", name="王店长", id_=2)
PAGE = "/v/account/"


def with_pin(pin: str = "271828") -> Verifier:
    verifier = appoint(cast.make_store())
    set_pin(verifier, pin)
    return verifier


def test_asked_above_the_amount_of_the_settings():
    order = waiting()
    place, code = find_place(appoint(order.pickup_store)), make_code(order).short
    assert not find_card(code, place).needs_pin
    for above_fen, needs in ((0, True), (order.payable_fen - 1, True), (order.payable_fen, False)):
        StoreSettings.objects.update(pickup_pin_above_fen=above_fen)
        assert find_card(code, place).needs_pin == needs
    StoreSettings.objects.all().delete()
    assert find_card(code, place).needs_pin is False


def test_the_right_one_passes_and_is_kept_as_a_slow_hash():
    verifier = with_pin()
    check_pin(verifier, "271828")
    digest = VerifierPin.objects.get().digest
    assert identify_hasher(digest).algorithm == get_hasher().algorithm
    assert "271828" not in digest
    assert not any("271828" in str(event.data) for event in Event.objects.all())


def test_without_one_it_has_to_be_chosen():
    verifier = appoint(cast.make_store())
    with refused("no_pin"):
        check_pin(verifier, "271828")
    with refused("pin_required", 422):
        check_pin(verifier, "")


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "abcdef", "111111", "123456", "987654", "２７１８２８"]
)
def test_what_others_try_first_is_no_pin(pin):
    with refused("bad_pin", 400):
        set_pin(appoint(cast.make_store()), pin)


def test_five_wrong_ones_lock_for_a_quarter_of_an_hour_even_the_right_one(monkeypatch):
    verifier = with_pin()
    for left in range(TRIES - 1, 0, -1):
        with refused("wrong_pin", 422) as told:
            check_pin(verifier, "000001")
        assert told.value.extra["tries_left"] == left
    for pin in ("000001", "271828"):
        with refused("pin_locked", 429) as told:
            check_pin(verifier, pin)
        assert 0 < told.value.extra["retry_after"] <= LOCKED_FOR.total_seconds()
    assert Event.objects.filter(verb="verifier.lock_pin").count() == 1
    later = clock.now() + LOCKED_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    check_pin(verifier, "271828")


def test_a_right_one_between_forgives_the_wrong_ones():
    verifier = with_pin()
    for _time in range(3):
        for _wrong in range(TRIES - 1):
            with refused("wrong_pin"):
                check_pin(verifier, "000001")
        check_pin(verifier, "271828")


def test_changed_only_by_who_knows_it():
    verifier = with_pin()
    with refused("wrong_pin"):
        set_pin(verifier, "314159", present="000001")
    set_pin(verifier, "314159", present="271828")
    check_pin(verifier, "314159")


def test_reset_by_staff_who_set_verifiers_up():
    verifier = with_pin()
    with refused("forbidden", 403):
        reset_pin(verifier.pk, actor=cast.clerk("order_clerk"))
    reset_pin(verifier.pk, actor=MANAGER)
    assert not has_pin(verifier)
    with refused("no_pin"):
        reset_pin(verifier.pk, actor=MANAGER)
    set_pin(verifier, "314159")


def test_chosen_on_the_phone_and_reset_from_the_console():
    verifier = appoint(cast.make_store(), nickname="小周")
    phone = sign_in(verifier)
    assert "Choose a PIN" in page_with(200, phone.get(PAGE))
    assert "two different PINs" in page_with(422, phone.post(PAGE, {"pin": "271828", "again": "271829"}))
    assert "guesses first" in page_with(422, phone.post(PAGE, {"pin": "111111", "again": "111111"}))
    assert phone.post(PAGE, {"pin": "271828", "again": "271828"}).status_code == 302
    page = page_with(200, phone.get(PAGE))
    assert "Change the PIN" in page
    assert "271828" not in page
    again = {"present": "000001", "pin": "314159", "again": "314159"}
    assert "This is not your PIN" in page_with(422, phone.post(PAGE, again))
    console, url = browser("manager"), f"/console/pickup/verifiers/{verifier.pk}/"
    assert "Reset the PIN" in page_with(200, console.get(url))
    verifier.refresh_from_db()
    assert console.post(f"{url}reset-pin/", {"version": verifier.version}).status_code == 302
    assert "Reset the PIN" not in page_with(200, console.get(url))


def test_the_lock_out_is_a_security_event():
    verifier = with_pin()
    phone = sign_in(verifier)
    wrong = {"present": "000001", "pin": "314159", "again": "314159"}
    for _time in range(TRIES):
        phone.post(PAGE, wrong)
    assert CounterRefusal.objects.get().code == "pin_locked"
