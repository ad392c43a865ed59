"""Requests of programs pass by what is for browsers, and get everything that is for everybody."""

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from shop.http.shortcut import is_of_program

FOR_ALL = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shop.http.request_log.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
FOR_BROWSERS = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shop.staff.middleware.StaffMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.http.middleware.console_middleware",
    "axes.middleware.AxesMiddleware",
]


def test_the_two_chains() -> None:
    assert [*FOR_ALL, "shop.http.shortcut.ProgramShortcut", *FOR_BROWSERS] == settings.MIDDLEWARE


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The middleware that a request came through, outermost first."""
    names: list[str] = []
    for path in [*FOR_ALL, *FOR_BROWSERS]:
        layer = import_string(path)
        real = layer.__call__

        def note(self: object, request: HttpRequest, path: str = path, real: object = real) -> object:
            names.append(path)
            return real(self, request)  # type: ignore[operator]  # a method of each of them

        monkeypatch.setattr(layer, "__call__", note)
    return names


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/api/v1/shop", "/api/v1/orders", "/api/nothing", "/hooks/nothing", "/healthz"]
)
def test_a_program_comes_through_what_is_for_all(passed: list[str], path: str) -> None:
    answer = Client().get(path, headers={"Accept-Language": "en"})
    assert passed == FOR_ALL
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Request-ID"]
    assert answer["Content-Language"] == "en"
    assert not answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/console/", "/console/staff/login/", "/apiary", "/healthz/", "/private/x.jpg"]
)
def test_a_browser_comes_through_all(passed: list[str], path: str) -> None:
    Client().get(path)
    assert passed == [*FOR_ALL, *FOR_BROWSERS]


@pytest.mark.parametrize("path", ["/API/v1/shop", "//api/v1/shop", "/console/api/", "/hooks", "/metrics/x"])
def test_what_only_looks_like_a_programs_address_is_a_browsers(path: str) -> None:
    assert not is_of_program(RequestFactory().get(f"http://testserver{path}"))


@pytest.mark.django_db
def test_forms_of_the_console_still_need_their_token() -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/console/staff/login/", {"username": "a", "password": "b"}
    )
    assert answer.status_code == 403
