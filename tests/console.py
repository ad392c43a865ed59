"""Looking at console pages as a member of staff, in English, so that tests can read them."""

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
