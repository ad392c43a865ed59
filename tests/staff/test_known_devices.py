"""Strangers who guess passwords from the shop's own network lock out nobody who has signed in there before."""

import secrets

import pytest
from django.test import Client

from tests import console
from tests.cast import PASSWORD, make_staff
from tests.console import ENGLISH

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
URL = "/console/staff/login/"
GUESSES = 7


@pytest.fixture
def shops_network() -> str:
    return f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1"


def sign_in(client: Client, username: str, password: str = PASSWORD) -> int:
    return client.post(URL, {"username": username, "password": password}).status_code


def guess(network: str, username: str) -> int:
    """Wrong passwords until the door is shut; the last answer."""
    stranger = Client(headers=ENGLISH, REMOTE_ADDR=network)
    return [sign_in(stranger, username, "wrong") for _ in range(GUESSES)][-1]


def test_the_owners_own_browser_stays_open(shops_network: str) -> None:
    owner, browser = make_staff(), Client(headers=ENGLISH, REMOTE_ADDR=shops_network)
    assert sign_in(browser, owner.username) == 302
    browser.post("/console/staff/logout/")
    assert guess(shops_network, owner.username) == 429
    assert sign_in(Client(headers=ENGLISH, REMOTE_ADDR=shops_network), owner.username) == 429
    assert sign_in(browser, owner.username) == 302


def test_a_known_browser_is_known_for_its_own_person_only(shops_network: str) -> None:
    owner, clerk = make_staff(), make_staff("order_clerk")
    browser = Client(headers=ENGLISH, REMOTE_ADDR=shops_network)
    sign_in(browser, clerk.username)
    browser.post("/console/staff/logout/")
    assert guess(shops_network, owner.username) == 429
    assert sign_in(browser, owner.username) == 429


def test_guessing_in_a_known_browser_shuts_its_own_door(shops_network: str) -> None:
    owner, browser = make_staff(), Client(headers=ENGLISH, REMOTE_ADDR=shops_network)
    sign_in(browser, owner.username)
    browser.post("/console/staff/logout/")
    assert [sign_in(browser, owner.username, "wrong") for _ in range(GUESSES)][-1] == 429
    assert sign_in(Client(headers=ENGLISH, REMOTE_ADDR=shops_network), owner.username) == 302


@pytest.mark.parametrize("cookie", ["", "x", "1.abc", "1.abc:x:y", "9" * 4000])
def test_a_made_up_cookie_opens_nothing(cookie: str, shops_network: str) -> None:
    owner = make_staff()
    guess(shops_network, owner.username)
    browser = Client(headers=ENGLISH, REMOTE_ADDR=shops_network)
    browser.cookies["known_device"] = cookie
    assert sign_in(browser, owner.username) == 429


def test_the_question_within_a_session_is_counted_apart(shops_network: str) -> None:
    owner, browser = make_staff(), Client(headers=ENGLISH, REMOTE_ADDR=shops_network)
    sign_in(browser, owner.username)
    session = browser.session
    session["proved_at"] = "2020-01-01T00:00:00+00:00"
    session.save()
    for _ in range(GUESSES):
        browser.post("/console/staff/people/new/", {"proof_password": "wrong", "proof_carried": "x"})
    assert sign_in(Client(headers=ENGLISH, REMOTE_ADDR=shops_network), owner.username) == 302


def test_who_is_not_signed_in_makes_no_page_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hints: list[object] = []
    monkeypatch.setattr("shop.staff.pages.signing_in.push_hint", lambda **_: hints.append(1))
    Client().post("/console/staff/logout/")
    assert hints == []
    console.browser().post("/console/staff/logout/")
    assert hints == [1]
