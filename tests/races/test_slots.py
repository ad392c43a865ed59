"""The last place of a time slot, wanted by many at one moment."""

import pytest

from orders.models import Order
from orders.services import slots
from shop import clock
from shop.store.models import PickupStore
from shop.store.pickup_stores.slots import list_slots
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together

BUYERS = 8


@pytest.fixture
def store() -> PickupStore:
    cast.open_shop(pickup_on=True)
    return cast.make_store(slot_minutes=60, slot_orders=3)


def place_all(store: PickupStore) -> list[str]:
    slot, sku = list_slots(store, clock.now())[2].starts_at, cast.make_sku()
    customers = [cast.make_customer() for _ in range(BUYERS)]
    acts = [
        lambda who=who: cast.place(who, basket={sku.pk: 1}, delivery="pickup", store=store, slot=slot)
        for who in customers
    ]
    return codes_of(run_together(acts))


def test_no_more_orders_choose_a_slot_than_it_takes(store):
    assert place_all(store) == ["ok"] * 3 + ["slot_full"] * (BUYERS - 3)
    assert Order.objects.filter(pickup_from__isnull=False).count() == 3


def test_without_the_lock_more_would(store, monkeypatch):
    """The negative control: all have counted before anybody has written."""
    together, count = Rendezvous(BUYERS), slots.count_taken

    def count_together(*args):
        counted = count(*args)
        together.meet()
        return counted

    monkeypatch.setattr(slots, "lock_named", lambda *_args: None)
    monkeypatch.setattr(slots, "count_taken", count_together)
    assert place_all(store).count("ok") > 3
