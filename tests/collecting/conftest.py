"""Every test here starts in an open shop whose provider calls couriers, and ends with clean books."""

from datetime import timedelta
from typing import Any

import pytest

from orders.collections.models import Collection
from orders.collections.services.asking import Window, ask_collection
from orders.collections.tasks import ask_caller
from orders.models import Order
from orders.shipping.models import Parcel
from shop import clock
from shop.clients.collections import CollectionRequest
from shop.clients.waybills import Account
from shop.couriers.models import Sender
from shop.events.models import Event
from shop.store.models import StoreSettings
from tests import cast
from tests.waybills.conftest import set_up_couriers

WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)


@pytest.fixture(autouse=True)
def open_shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()


@pytest.fixture(autouse=True)
def sender(open_shop: StoreSettings) -> Sender:
    return set_up_couriers()


class ScriptedCaller:
    """Raises what the test has written down, oldest first, then says yes; keeps what it was asked."""

    def __init__(self) -> None:
        self.script: list[Exception] = []
        self.requests: list[CollectionRequest] = []
        self.called_off: list[str] = []

    @property
    def asked(self) -> list[str]:
        return [request.code for request in self.requests]

    def say(self, *errors: Exception) -> None:
        self.script += errors

    def call_courier(self, request: CollectionRequest) -> None:
        self.requests.append(request)
        self._next()

    def call_off(self, code: str, *, account: Account) -> None:
        self.called_off.append(code)
        self._next()

    def _next(self) -> None:
        if self.script:
            raise self.script.pop(0)


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> ScriptedCaller:
    scripted = ScriptedCaller()
    monkeypatch.setattr("orders.collections.tasks.open_caller", lambda _name: scripted)
    return scripted


def sent_parcel(courier: str = "ZTO") -> tuple[Order, Parcel]:
    """An order that went out in one parcel."""
    order = cast.shipped_order()
    parcel = Parcel.objects.filter(lines__order_line__order=order).distinct().get()
    Parcel.objects.filter(pk=parcel.pk).update(courier=courier)
    parcel.refresh_from_db()
    return order, parcel


def soon(hours: float = 2) -> Window:
    """So many hours from in an hour."""
    start = clock.now() + timedelta(hours=1)
    return Window(start, start + timedelta(hours=hours))


def call(order: Order, parcel: Parcel, **changes: Any) -> Collection:
    """The clerk presses “Call the courier”; nobody has asked the provider yet."""
    wish: dict[str, Any] = {"window": soon(), "actor": WAREHOUSE}
    return ask_collection(parcel.pk, order_id=order.pk, **wish | changes)


def answer(collection: Collection, *, times: int = 1) -> Collection:
    """The worker asks the provider so many times; the row as it is afterwards."""
    for _ in range(times):
        Collection.objects.filter(pk=collection.pk).update(lease_until=None)
        ask_caller(collection.pk)
    collection.refresh_from_db()
    return collection


def verbs(collection: Collection) -> list[str]:
    """What happened to it, in order."""
    rows = Event.objects.filter(kind="collection", subject_id=collection.pk).order_by("number")
    return [verb.removeprefix("collection.") for verb in rows.values_list("verb", flat=True)]
