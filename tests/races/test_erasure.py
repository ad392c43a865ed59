"""An erasure beside what the buyer does at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from shop import clock
from shop.customers import services
from shop.customers.care import lock_account
from shop.customers.erasure import GRACE, ask_erasure, erase_when_due
from shop.customers.models import Customer, CustomerToken
from shop.customers.services import issue_token
from tests import cast

Read = Callable[[int], Customer]
WAIT_S = 1.0


def sign_in_while_erased(monkeypatch: pytest.MonkeyPatch, read: Read) -> Customer:
    """Sign in; as soon as the account was read, somebody begins to erase it."""
    customer = cast.make_customer()
    ask_erasure(customer.pk, actor=cast.clerk())
    eraser = threading.Thread(target=erase, args=(customer.pk,))

    def read_and_wait(customer_id: int) -> Customer:
        found = read(customer_id)
        eraser.start()
        eraser.join(WAIT_S)
        return found

    monkeypatch.setattr(services, "lock_account", read_and_wait)
    issue_token(customer)
    eraser.join()
    return Customer.objects.get(pk=customer.pk)


def erase(customer_id: int) -> None:
    with clock.at(clock.now() + GRACE):
        erase_when_due(customer_id)
    connection.close()


def test_a_device_that_signs_in_meanwhile_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_in_while_erased(monkeypatch, lock_account).erased_at
    assert not CustomerToken.objects.exists()


def test_without_the_lock_a_device_of_the_erased_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_unlocked(customer_id: int) -> Customer:
        return Customer.objects.get(pk=customer_id)

    assert sign_in_while_erased(monkeypatch, read_unlocked).erased_at
    assert CustomerToken.objects.count() == 1
    CustomerToken.objects.all().delete()
