"""A shop that is open, and people signed in to its console."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import console
from tests.cast import make_staff, open_shop

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    open_shop()


@pytest.fixture
def sign_in() -> SignIn:
    return lambda role="owner", name="": console.sign_in(make_staff(role, username=name))


@pytest.fixture
def owner(sign_in: SignIn) -> Client:
    return sign_in("owner")
