"""Passwords cannot be tried without end: per address, at once, and what the record says of it."""

import secrets
from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory

from shop.events.models import Event
from shop.http.addresses import read_network
from shop.staff.signing_in import gate
from shop.staff.signing_in.gate import PasswordThrottle
from tests.cast import PASSWORD, make_staff
from tests.console import ENGLISH, browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
URL = "/console/staff/login/"
BUSY = "Many people are signing in at this moment."


def stranger() -> str:
    """An address that no other test has tried from."""
    return f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1"


def try_to(address: str, *, password: str = PASSWORD, username: str = "wang") -> tuple[int, str]:
    client = Client(headers=ENGLISH, REMOTE_ADDR=address)
    response = client.post(URL, {"username": username, "password": password})
    return response.status_code, response.content.decode()


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PasswordThrottle, "rate", "3/min", raising=False)


@pytest.fixture
def all_at_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many passwords as may be are being checked."""
    monkeypatch.setattr(gate, "WAIT_S", 0)
    for _place in range(gate.AT_ONCE):
        gate.hashing.acquire()
    yield
    for _place in range(gate.AT_ONCE):
        gate.hashing.release()


@pytest.mark.usefixtures("three_a_minute")
def test_an_address_may_try_so_often_whatever_the_user_names() -> None:
    make_staff(username="wang")
    here = stranger()
    statuses = [try_to(here, username=f"somebody-{n}")[0] for n in range(4)]
    assert statuses == [200, 200, 200, 429]
    status, page = try_to(here)
    assert status == 429
    assert "Too many attempts from here." in page and 'value="wang"' in page
    assert try_to(stranger())[0] == 302


@pytest.mark.usefixtures("three_a_minute")
def test_one_customer_with_many_ipv6_addresses_is_one_address() -> None:
    here = stranger()
    statuses = [try_to(f"{here}{n:x}", username="nobody")[0] for n in range(4)]
    assert statuses[-1] == 429


@pytest.mark.usefixtures("all_at_it")
def test_no_more_passwords_are_checked_at_once_than_may_be() -> None:
    make_staff(username="wang")
    status, page = try_to(stranger())
    assert (status, BUSY in page, 'value="wang"' in page) == (429, True, True)


def test_places_are_given_back_after_right_and_wrong_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "WAIT_S", 0)
    make_staff(username="wang")
    here = stranger()
    wrong = [try_to(here, password="not-it")[0] for _time in range(gate.AT_ONCE + 1)]
    assert [*wrong, *(try_to(here)[0] for _time in range(gate.AT_ONCE + 1))] == [200] * 4 + [302] * 4


@pytest.mark.usefixtures("all_at_it")
def test_confirming_and_changing_the_own_password_pass_the_same_gate() -> None:
    client = browser("support")
    page = client.post("/console/staff/me/prove/", {"proof_password": PASSWORD})
    assert (page.status_code, BUSY in page.content.decode()) == (429, True)
    page = client.post("/console/staff/me/password/", {"old_password": PASSWORD})
    assert BUSY in page.content.decode()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("no address", None),
    ],
)
def test_tries_are_counted_by(address: str, network: str | None) -> None:
    assert read_network(RequestFactory(REMOTE_ADDR=address).get("/")) == network


def test_guessing_from_a_whole_network_locks_the_account_there() -> None:
    make_staff(username="wang")
    here = stranger()
    statuses = [try_to(f"{here}{n:x}", password=f"wrong-{n}")[0] for n in range(6)]
    assert statuses[-1] == 429
    assert try_to(f"{here}f")[0] == 429


def test_a_lockout_is_on_the_record_of_the_account_once() -> None:
    user = make_staff(username="wang")
    here = stranger()
    for number in range(9):
        try_to(here, password=f"wrong-{number}")
    event = Event.objects.get(verb="staff.lock_out")
    assert (event.subject_id, event.data) == (user.pk, {"ip": here.removesuffix("1")})
    owner = browser()
    for path in (f"/console/staff/people/{user.pk}/", "/console/audit/"):
        assert "Locked out after wrong passwords" in owner.get(path).content.decode()


def test_guessing_at_nobody_is_no_event() -> None:
    here = stranger()
    for number in range(7):
        try_to(here, password=f"wrong-{number}", username="nobody")
    assert not Event.objects.exists()
