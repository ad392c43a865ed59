"""No browser and no proxy keeps a page of the console."""

import pytest
from django.test import Client

from tests.console import browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    ["/console/", "/console/orders/", "/console/staff/people/", "/console/settings/", "/console/nowhere/"],
)
def test_pages_of_the_console_are_kept_by_nobody(path: str) -> None:
    assert "no-store" in browser().get(path).headers["Cache-Control"]


def test_neither_is_the_way_to_the_sign_in_page() -> None:
    for path in ("/console/", "/console/staff/login/"):
        assert "no-store" in Client().get(path).headers["Cache-Control"]


def test_a_refused_button_is_not_kept_either() -> None:
    assert "no-store" in browser("support").post("/console/staff/people/hire/").headers["Cache-Control"]
