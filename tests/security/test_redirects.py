"""No address that is written into a request leads people out of the shop."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from shop.http.middleware import HOME, own_address, way_back
from tests import cast
from tests.console import browser

pytestmark = pytest.mark.django_db
OUTSIDE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "\thttps://evil.example/",
)


def leads_out(response: Any) -> bool:
    location = response.headers.get("Location", "")
    return "evil" in location or "alert" in location


@pytest.mark.parametrize("target", OUTSIDE)
def test_only_own_addresses_are_gone_to(target: str) -> None:
    request = RequestFactory().get("/", headers={"Referer": target})
    assert own_address(request, target) == way_back(request) == HOME


def test_a_page_reached_safely_is_not_left_for_an_unsafe_one() -> None:
    request = RequestFactory().get("/", secure=True)
    assert own_address(request, "http://testserver/console/orders/") == HOME


def test_own_addresses_are_gone_to() -> None:
    request = RequestFactory().get("/")
    assert own_address(request, "/console/orders/?tab=unpaid") == "/console/orders/?tab=unpaid"


@pytest.mark.parametrize("target", OUTSIDE)
def test_choosing_language_or_theme_stays_in_the_shop(target: str) -> None:
    client = Client()
    sent = {"next": target, "language": "en", "theme": "dark"}
    for path in ("/i18n/setlang/", "/console/staff/theme/"):
        response = client.post(path, sent, headers={"Referer": target})
        assert response.status_code == 302
        assert not leads_out(response)


@pytest.mark.parametrize("target", OUTSIDE)
def test_signing_in_and_out_stay_in_the_shop(target: str) -> None:
    cast.make_staff(username="wang")
    client = Client()
    sent = {"username": "wang", "password": cast.PASSWORD, "next": target}
    assert client.post("/console/staff/login/", sent).headers["Location"] == HOME
    response = client.post("/console/staff/logout/", {"next": target}, query_params={"next": target})
    assert response.status_code == 302
    assert not leads_out(response)


@pytest.mark.parametrize("target", OUTSIDE)
def test_actions_on_an_order_stay_in_the_shop(target: str, books_are_clean: None) -> None:
    cast.open_shop()
    order = cast.paid_order()
    client = browser()
    for verb in ("confirm", "confirm", "note", "release"):
        path = f"/console/orders/{order.number}/{verb}/"
        sent = {"next": target, "back": target, "version": str(order.version), "text": "x"}
        response = client.post(path, sent, headers={"Referer": target})
        assert response.status_code in (302, 409, 422)
        assert not leads_out(response)
        assert "evil.example" not in response.content.decode()
