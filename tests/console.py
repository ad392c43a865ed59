"""Looking at console pages as a member of staff, in English, so that tests can read them."""

from typing import Any

from django.test import Client

from shop.staff.models import StaffUser
from tests.cast import make_staff

ENGLISH = {"accept-language": "en"}


def sign_in(user: StaffUser) -> Client:
    """A browser in which this person is signed in."""
    client = Client(headers=ENGLISH)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def browser(role: str = "owner") -> Client:
    """A browser in which somebody with this role is signed in."""
    return sign_in(make_staff(role))


def page_with(status: int, response: Any) -> str:
    """The page that this answer shows; it must have come with this status."""
    assert response.status_code == status
    return str(response.content.decode())
