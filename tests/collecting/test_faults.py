"""Whatever goes wrong on the wire, the provider's own journal shows one collection for each code."""

from typing import Any

import pytest

from orders.collections.models import Collection, CollectionState
from orders.collections.services.ending import call_off
from shop import clock
from shop.clients.circuit import forget_circuits
from shop.couriers.models import Provider, ProviderAccount
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.demo.standins.ledger import DEFAULT_BEHAVIOUR
from tests.collecting.conftest import WAREHOUSE, answer, call, sent_parcel

PATH = "/api/OOrderService"
SICK = ["timeout_after", "truncated", "html", "gbk", "slow", "timeout_before", "error_500"]
pytestmark = pytest.mark.django_db(transaction=True)


class Vendor:
    """The strict stand-in of 快递鸟."""

    def __init__(self, server: StandInServer) -> None:
        self._world = server.world

    def fail(self, kind: str) -> None:
        self._world.faults.add(Fault(PATH, kind, 1, 0.2))

    def behave(self, **changes: Any) -> None:
        self._world.ledger.set_behaviour(DEFAULT_BEHAVIOUR | changes)

    def list_calls(self, collection: Collection) -> list[bool]:
        """For each time the courier was called under its code, whether they were called off."""
        rows = self._world.ledger.find_all("SELECT * FROM collections WHERE code = ?", collection.code)
        return [row["called_off_at"] is not None for row in rows]


@pytest.fixture
def vendor(standin_server: StandInServer, settings: Any, sender: object) -> Vendor:
    made = standin_server.world.couriers
    account = {"customer": made.kdniao_business_id, "key": made.kdniao_api_key, "tested_at": clock.now()}
    ProviderAccount.objects.all().delete()
    ProviderAccount.objects.create(provider=Provider.KDNIAO, **account)
    settings.KDNIAO_URL = standin_server.base_url
    standin_server.world.faults.clear()
    forget_circuits()
    vendor = Vendor(standin_server)
    vendor.behave()
    return vendor


@pytest.mark.parametrize("kind", SICK)
def test_without_an_answer_the_courier_is_called_once(vendor: Vendor, kind: str) -> None:
    collection = call(*sent_parcel())
    vendor.fail(kind)
    first = answer(collection).state
    assert (answer(collection).state, vendor.list_calls(collection)) == (CollectionState.CALLED, [False])
    assert first in (CollectionState.UNKNOWN, CollectionState.CALLED)


@pytest.mark.parametrize("kind", SICK)
def test_without_an_answer_the_courier_is_called_off_once(vendor: Vendor, kind: str) -> None:
    collection = answer(call(*sent_parcel()))
    call_off(collection.pk, actor=WAREHOUSE)
    vendor.fail(kind)
    answer(collection)
    # Once it is called off nobody asks any more; until then the same question is asked again.
    assert (answer(collection).state, vendor.list_calls(collection)) == (CollectionState.CANCELLED, [True])


def test_a_refusal_in_the_provider_s_own_words(vendor: Vendor) -> None:
    vendor.behave(collection_refusal="业务错误[不在揽收范围]")
    collection = answer(call(*sent_parcel()))
    assert (collection.state, collection.last_error) == (CollectionState.FAILED, "业务错误[不在揽收范围]")
    assert vendor.list_calls(collection) == []


def test_a_courier_who_is_on_the_way_comes(vendor: Vendor) -> None:
    collection = answer(call(*sent_parcel()))
    call_off(collection.pk, actor=WAREHOUSE)
    vendor.behave(call_off_refusal="业务错误[快递员已出发]")
    assert (answer(collection).state, vendor.list_calls(collection)) == (CollectionState.CALLED, [False])
