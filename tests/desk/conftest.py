"""A shop that is open, and people signed in to its console."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import make_staff, open_shop

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    open_shop()


@pytest.fixture
def sign_in() -> SignIn:
    def sign_in_as(role: str = "owner", name: str = "") -> Client:
        client = Client()
        user = make_staff(role, username=name)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = "en"
        return client

    return sign_in_as


@pytest.fixture
def owner(sign_in: SignIn) -> Client:
    return sign_in("owner")
