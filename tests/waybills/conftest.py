"""Every test here starts in an open shop that can have e-waybills, and ends with clean books."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from orders.models import Order
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.asking import Wish, request_waybill
from orders.waybills.tasks import ask_provider
from shop import clock
from shop.actor import Actor, ActorKind
from shop.clients import waybills as clients
from shop.clients.waybills import Account, WaybillRequest
from shop.couriers.models import CourierAccount, Provider, ProviderAccount, Sender
from shop.events.models import Event
from shop.moves.services import lock_row, move
from shop.store.models import StoreSettings
from tests import cast

WAREHOUSE = cast.clerk("warehouse", name="李四", id_=2)


@pytest.fixture(autouse=True)
def open_shop(books_are_clean: None, sent_tasks: list[tuple[str, int]]) -> StoreSettings:
    return cast.open_shop()


@pytest.fixture(autouse=True)
def sender(open_shop: StoreSettings) -> Sender:
    return set_up_couriers()


def set_up_couriers() -> Sender:
    """Two couriers with e-waybills, one that wants a postcode, and where parcels are sent from."""
    ProviderAccount.objects.get_or_create(
        provider=Provider.KDNIAO,
        defaults={"customer": "1000000", "key": "test-key", "tested_at": clock.now()},
    )
    zto = {"customer_name": "testzto", "customer_pwd": "testztopwd"}
    for position, (code, account) in enumerate([("ZTO", zto), ("EMS", {}), ("STO", {})]):
        defaults = {"provider": Provider.KDNIAO, "position": position, **account}
        CourierAccount.objects.get_or_create(code=code, defaults=defaults)
    return Sender.objects.filter(is_default=True).first() or cast.make_sender(postcode="310013")


class ScriptedProvider:
    """Says what the test has written down, oldest first, then gives numbers; keeps what it was asked."""

    repeats_for: timedelta | None = None

    def __init__(self) -> None:
        self.script: list[Exception | str] = []
        self.asked: list[str] = []
        self.requests: list[WaybillRequest] = []
        self.voids: list[str] = []
        self.numbers: dict[str, str] = {}

    def say(self, *answers: Exception | str) -> None:
        """An error is raised, a text is the number given."""
        self.script += answers

    def issue(self, request: WaybillRequest) -> clients.Waybill:
        self.asked.append(request.code)
        self.requests.append(request)
        number = self._next() or self.numbers.get(request.code) or f"7500000000{len(self.numbers):04d}"
        self.numbers[request.code] = number
        return clients.Waybill(request.code, request.account.courier, number, "<p>label</p>")

    def void(self, code: str, *, account: Account, tracking_no: str, provider_order: str = "") -> None:
        self.voids.append(tracking_no)
        self._next()

    def test(self) -> None:
        self._next()

    def _next(self) -> str:
        answer = self.script.pop(0) if self.script else ""
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    scripted = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: scripted)
    yield scripted


def ask(order: Order, *, place: int = 1, courier: str = "ZTO", **wish: Any) -> Waybill:
    """The clerk presses “Get e-waybill”; nobody has asked the provider yet."""
    return request_waybill(order.pk, place=place, wish=Wish(courier, **wish), actor=WAREHOUSE)


def answer(waybill: Waybill, *, times: int = 1) -> Waybill:
    """The worker asks the provider so many times; the row as it is afterwards."""
    for _ in range(times):
        Waybill.objects.filter(pk=waybill.pk).update(lease_until=None)
        ask_provider(waybill.pk)
    return Waybill.objects.select_related("order__customer").get(pk=waybill.pk)


_LEADS_TO = {
    WaybillState.ISSUED: ["issue"],
    WaybillState.VOIDING: ["issue", "void"],
    WaybillState.UNKNOWN: ["lose"],
    WaybillState.DISPUTED: ["dispute"],
    WaybillState.FAILED: ["fail"],
}


def settled(order: Order, state: WaybillState, **columns: Any) -> Waybill:
    """A waybill in this state, whatever workers there are beside the test."""
    with transaction.atomic():
        waybill = lock_row(Waybill, ask(order).pk)
        for verb in _LEADS_TO.get(state, []):
            speaker = WAREHOUSE if verb == "void" else Actor(ActorKind.GATEWAY, name="kdniao")
            move(waybill, f"waybill.{verb}", actor=speaker, data={"code": waybill.code, "courier": "ZTO"})
        day = clock.now() + timedelta(days=1)
        kept = {"lease_until": day, "next_try_at": day if waybill.is_waiting else None}
        Waybill.objects.filter(pk=waybill.pk).update(**kept | columns)
    return Waybill.objects.get(pk=waybill.pk)


def issued(order: Order, **kwargs: Any) -> Waybill:
    """A waybill with its number; the `provider` of the test gives it."""
    return answer(ask(order, **kwargs))


def verbs(waybill: Waybill) -> Sequence[str]:
    events = Event.objects.filter(kind="waybill", subject_id=waybill.pk).order_by("number")
    return [verb.partition(".")[2] for verb in events.values_list("verb", flat=True)]
