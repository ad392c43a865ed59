"""A worker killed while it has couriers called: the provider's journal has one collection for each parcel."""

import pytest

from orders.collections.models import Collection, CollectionState
from shop import clock
from tests.collecting.conftest import call, sent_parcel
from tests.faults.conftest import FaultShop, wait_until
from tests.faults.test_waybills import set_up

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
KILLS = 8
PATH = "/api/OOrderService"


def was_asked(shop: FaultShop, collection: Collection) -> bool:
    return bool(shop.told(collection.code)["calls"].get(collection.code))


def test_killed_again_and_again_it_calls_no_courier_twice(shop: FaultShop) -> None:
    set_up(shop)
    shop.fail("late", PATH, times=KILLS, seconds=1.0)
    collections = []
    for _ in range(KILLS):
        collection = call(*sent_parcel())
        collections.append(collection)
        wait_until(lambda c=collection: was_asked(shop, c))
        shop.processes.restart("worker")
    shop.standin("faults")
    rows = Collection.objects.filter(pk__in=[collection.pk for collection in collections])
    # Their leases run out by themselves; that time is set forward instead of waited for.
    rows.filter(state=CollectionState.REQUESTED).update(lease_until=clock.now(), next_try_at=clock.now())
    wait_until(lambda: set(rows.values_list("state", flat=True)) == {CollectionState.CALLED}, seconds=120)
    for row in rows:
        assert len(shop.told(row.code)["collections"]) == 1
