"""Nobody is led to another site: wherever an address to go on to is read, only our own count."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from harness.processes import PROJECT
from tests import cast
from tests.console import browser

pytestmark = pytest.mark.django_db
ELSEWHERE = (
    "https://evil.example/",
    "http:evil.example",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "\t//evil.example",
    "https:\\\\evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example:80/",
    "/console/\r\nLocation: https://evil.example/",
    "//[evil",
    "\x00//evil.example",
)
READERS = {
    "pickup/phone/demo.py",
    "pickup/phone/sign_in.py",
    "orders/desk/list/views.py",
    "orders/desk/prints/views.py",
    "shop/staff/pages/signing_in.py",
    "shop/staff/pages/me.py",
    "shop/http/middleware.py",
}
"""Where we check it; Django's own views of language, sign-in and sign-out do it themselves."""


def assert_own(response) -> None:
    assert response.status_code < 500
    if location := response.headers.get("Location"):
        assert urlsplit(location).netloc in ("", "testserver"), location
        assert location.startswith(("/", "http://testserver/")), location
        assert not location.startswith(("//", "/\\")), location
        assert "\n" not in location


def post_everywhere(target: str) -> list[tuple[Client, str, dict[str, str], dict[str, str]]]:
    """(browser, address, form, headers): every button that leads on to where it is told."""
    owner, order = browser(), cast.paid_order()
    back = {"next": target}
    remark = reverse("orders:remark", args=[order.number])
    return [
        (owner, remark, back | {"text": "一句", "version": str(order.version)}, {}),
        (owner, reverse("orders:save_looks"), back, {}),
        (owner, reverse("staff:set_theme"), back | {"theme": "dark"}, {}),
        (Client(), reverse("set_language"), back | {"language": "en"}, {}),
        (Client(), reverse("set_language"), {"language": "en"}, {"Referer": target}),
        (owner, reverse("staff:disable", args=[1]), {}, {"Referer": target}),
        # A refusal leads back to the page it came from.
        (owner, reverse("alerts:handle"), {}, {"Referer": target}),
        (browser(), reverse("staff:logout"), back, {}),
    ]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_button_leads_elsewhere(target: str) -> None:
    cast.open_shop()
    for client, path, form, headers in post_everywhere(target):
        safe = {name: value for name, value in headers.items() if value.isprintable()}
        assert_own(client.post(path, form, headers=safe))


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    user = cast.make_staff("owner")
    page = Client().get(reverse("staff:login"), {"next": target})
    assert_own(page)
    form = {"username": user.username, "password": cast.PASSWORD, "next": target}
    assert_own(Client().post(reverse("staff:login"), form))
    assert_own(Client().post(f"{reverse('staff:login')}?next=//evil.example/", form))
    assert_own(browser().get(reverse("staff:login"), {"next": target}))


def test_signing_in_leads_to_the_page_that_was_asked_for() -> None:
    user = cast.make_staff("owner")
    form = {"username": user.username, "password": cast.PASSWORD, "next": "/console/orders/?q=1"}
    assert Client().post(reverse("staff:login"), form)["Location"] == "/console/orders/?q=1"


def test_only_these_read_an_address_out_of_a_request() -> None:
    reads = re.compile(r"""(?:GET|POST)(?:\.get\(|\[)["']next["']|HTTP_REFERER|["']Referer["']""")
    found = {
        str(path.relative_to(PROJECT))
        for room in ("shop", "orders", "pickup", "aftersales", "notifications", "seeding")
        for path in (PROJECT / room).rglob("*.py")
        if reads.search(path.read_text(encoding="utf-8"))
    }
    assert found == READERS
