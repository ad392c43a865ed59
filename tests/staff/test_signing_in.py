"""/console/staff/login/: argon2, lockout in the database, nothing kept but the session."""

from urllib.parse import quote_plus, urlencode

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client, override_settings

from shop import settings as real
from shop.staff.models import StaffUser
from tests.cast import PASSWORD, make_staff
from tests.console import ENGLISH, browser, page_with

pytestmark = pytest.mark.django_db
URL = "/console/staff/login/"
LOCKED = "Too many attempts. Please wait 15 minutes, or ask the owner for a new password."


def guess(client: Client, times: int) -> list[int]:
    """Try so many wrong passwords."""
    return [try_to(client, password=f"wrong-{number}")[0] for number in range(times)]


def try_to(client: Client, *, username: str = "wang", password: str = PASSWORD) -> tuple[int, str]:
    response = client.post(URL, {"username": username, "password": password})
    return response.status_code, response.content.decode()


@pytest.fixture
def client() -> Client:
    make_staff(username="wang")
    return Client(headers=ENGLISH)


def test_the_right_password_leads_to_the_start_page(client: Client) -> None:
    response = client.post(URL, {"username": "wang", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/console/")
    assert client.get("/console/").status_code == 200


def test_only_session_and_browser_are_remembered_after_signing_in(client: Client) -> None:
    client.get(URL)
    try_to(client)
    assert set(client.cookies) == {"csrftoken", "sessionid", "known_device"}


def test_a_wrong_password_keeps_the_user_name_and_never_the_password(client: Client) -> None:
    status, page = try_to(client, password="not-the-word")
    assert status == 200
    assert 'value="wang"' in page
    assert "User name or password is not right." in page
    assert "not-the-word" not in page


def test_an_unknown_user_name_gets_the_same_sentence(client: Client) -> None:
    assert "User name or password is not right." in try_to(client, username="nobody")[1]


def test_six_wrong_passwords_lock_even_the_right_one_out(client: Client) -> None:
    assert guess(client, 6) == [200] * 5 + [429]
    status, page = try_to(client)
    assert status == 429
    assert LOCKED in page
    assert "_auth_user_id" not in client.session


def test_the_lock_is_in_the_database_and_holds_in_another_browser(client: Client) -> None:
    guess(client, 6)
    assert AccessAttempt.objects.get(username="wang").failures_since_start >= 6
    assert try_to(Client(headers=ENGLISH))[0] == 429


def test_five_wrong_passwords_do_not_lock_and_success_clears_the_count(client: Client) -> None:
    guess(client, 5)
    assert try_to(client)[0] == 302
    assert not AccessAttempt.objects.exists()


@override_settings(REST_FRAMEWORK={**real.REST_FRAMEWORK, "NUM_PROXIES": 1})
def test_behind_a_proxy_a_stranger_locks_out_only_their_own_address(client: Client) -> None:
    stranger = Client(headers={**ENGLISH, "X-Forwarded-For": "198.51.100.9"})
    guess(stranger, 6)
    assert try_to(stranger)[0] == 429
    assert try_to(Client(headers={**ENGLISH, "X-Forwarded-For": "192.0.2.7"}))[0] == 302


def test_a_colleague_at_the_same_address_is_not_locked_out(client: Client) -> None:
    make_staff(username="li")
    guess(client, 6)
    assert try_to(Client(headers=ENGLISH), username="li")[0] == 302


def test_somebody_who_left_cannot_sign_in(client: Client) -> None:
    StaffUser.objects.update(is_active=False)
    assert try_to(client)[0] == 200
    assert "_auth_user_id" not in client.session


def test_somebody_who_left_is_out_at_once() -> None:
    here = browser()
    StaffUser.objects.update(is_active=False)
    assert here.get("/console/").status_code == 302


def test_passwords_are_kept_by_argon2() -> None:
    with override_settings(PASSWORD_HASHERS=real.PASSWORD_HASHERS):
        kept = make_password(PASSWORD)
        assert kept.startswith("argon2$argon2id$")
        assert check_password(PASSWORD, kept)


def test_the_next_page_cannot_be_elsewhere(client: Client) -> None:
    response = client.post(URL, {"username": "wang", "password": PASSWORD, "next": "https://evil.example/"})
    assert response.headers["Location"] == "/console/"


@pytest.mark.parametrize("username", ["a\0b", "x" * 5000, "' OR 1=1 --", "王" * 300])
def test_a_nonsense_user_name_is_only_wrong(client: Client, username: str) -> None:
    assert try_to(client, username=username)[0] == 200


def test_signing_out_needs_a_form_and_ends_the_session() -> None:
    here = browser()
    assert here.get("/console/staff/logout/").status_code == 405
    here.post("/console/staff/logout/")
    assert here.get("/console/").status_code == 302


def test_a_button_pressed_while_signed_out_leads_back_to_its_page(client: Client) -> None:
    page = "http://testserver/console/staff/people/?state=disabled"
    response = client.post("/console/staff/people/1/enable/", headers={"Referer": page})
    assert response.headers["Location"] == f"{URL}?{urlencode({'next': page}, safe='/')}"
    response = client.post(response.headers["Location"], {"username": "wang", "password": PASSWORD})
    assert response.headers["Location"] == page


def test_a_page_of_others_is_nothing_to_come_back_to(client: Client) -> None:
    response = client.post("/console/staff/people/1/enable/", headers={"Referer": "https://evil.example/"})
    assert response.headers["Location"] == f"{URL}?next=/console/"


def test_the_address_of_a_button_says_that_nothing_is_there() -> None:
    assert "Nothing is here" in page_with(405, browser().get("/console/staff/people/1/sessions/end/"))


def test_a_part_of_a_page_leads_the_whole_page_to_sign_in() -> None:
    page = "http://testserver/console/orders/?q=1&stage=done"
    answer = Client().get(URL, headers={"HX-Request": "true", "Referer": page})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == f"{URL}?next={quote_plus(page)}"


def test_it_leads_back_to_no_other_site() -> None:
    answer = Client().get(URL, headers={"HX-Request": "true", "Referer": "https://evil.example/x"})
    assert answer["HX-Redirect"] == f"{URL}?next=%2Fconsole%2F"
