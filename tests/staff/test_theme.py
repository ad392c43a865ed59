"""/console/staff/theme/: light or dark, before and after signing in."""

import pytest
from django.test import Client

from shop.staff.models import StaffUser
from tests.cast import make_staff
from tests.console import ENGLISH, sign_in

pytestmark = pytest.mark.django_db
URL = "/console/staff/theme/"
LOGIN = "/console/staff/login/"
DARK, LIGHT = 'data-bs-theme="dark"', 'data-bs-theme="light"'


def shown(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_before_signing_in_the_choice_is_a_cookie() -> None:
    client = Client(headers=ENGLISH)
    assert LIGHT in shown(client, LOGIN)
    response = client.post(URL, {"theme": "dark", "next": LOGIN})
    assert response.headers["Location"] == LOGIN
    assert DARK in shown(client, LOGIN)
    assert (client.cookies["theme"]["httponly"], client.cookies["theme"]["samesite"]) == (True, "Lax")


def test_when_signed_in_the_choice_stays_with_the_person() -> None:
    user = make_staff()
    sign_in(user).post(URL, {"theme": "dark"})
    assert DARK in shown(sign_in(user), "/console/")


def test_the_persons_choice_wins_over_the_cookie_of_the_device() -> None:
    client = sign_in(make_staff())
    client.cookies["theme"] = "dark"
    assert LIGHT in shown(client, "/console/")


@pytest.mark.parametrize("theme", ["", "blue", '"><script>', "DARK", "x" * 5000])
def test_anything_else_is_not_kept(theme: str) -> None:
    user = make_staff()
    client = sign_in(user)
    assert client.post(URL, {"theme": theme}).status_code == 302
    assert "theme" not in client.cookies
    assert StaffUser.objects.get().theme == "light"


def test_a_forged_cookie_is_not_believed() -> None:
    client = Client(headers=ENGLISH)
    client.cookies["theme"] = "blue"
    assert LIGHT in shown(client, LOGIN)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_stays_in_the_shop(target: str) -> None:
    response = Client().post(URL, {"theme": "dark", "next": target})
    assert response.headers["Location"] == "/console/"


def test_it_is_not_a_link() -> None:
    assert Client().get(f"{URL}?theme=dark").status_code == 405
