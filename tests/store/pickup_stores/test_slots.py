"""Time slots: parts of the hours, each for so many orders, off unless a store wants them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from orders.services.slots import list_left
from shop import clock
from shop.store.models import PickupStore
from shop.store.pickup_stores.slots import DAYS, find_slot, list_slots
from tests import cast
from tests.api.conftest import Buyer, refusal, wrong_fields
from tests.api.orders.test_place import order_body
from tests.console import browser, page_with
from tests.expect import refused
from tests.store.pickup_stores.test_pages import TYPED, URL

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 10, 10, tzinfo=SHANGHAI)
HOURS = [[["09:00", "12:15"], ["22:30", "24:00"]], *[[]] * 6]


@pytest.fixture
def store() -> PickupStore:
    cast.open_shop(pickup_on=True, pickup_cod_on=True)
    return cast.make_store("文三路店", hours=HOURS, slot_minutes=30, slot_orders=2)


def times(store: PickupStore, now: datetime = MONDAY) -> list[str]:
    return [f"{slot.starts_at.astimezone(SHANGHAI):%d %H:%M}" for slot in list_slots(store, now)]


def test_they_are_whole_parts_of_the_hours_that_have_not_begun(store: PickupStore) -> None:
    assert times(store) == ["02 10:30", "02 11:00", "02 11:30", "02 22:30", "02 23:00", "02 23:30"]
    last = list_slots(store, MONDAY)[-1]
    assert last.ends_at == datetime(2026, 3, 3, tzinfo=SHANGHAI)
    next_week = [at[:2] for at in times(store, MONDAY + timedelta(days=1))]
    assert set(next_week) <= {"09"} and len(set(next_week)) <= DAYS


def test_a_closed_day_and_a_store_that_is_off_have_none(store: PickupStore) -> None:
    store.holidays = ["2026-03-02"]
    assert times(store) == []
    store.holidays, store.is_open = [], False
    assert times(store) == []


def test_without_slots_nothing_is_chosen(store: PickupStore) -> None:
    store.slot_minutes = store.slot_orders = None
    assert find_slot(store, None, MONDAY) is None
    with refused("no_slot", 400):
        find_slot(store, MONDAY, MONDAY)


def test_with_slots_one_of_them_is(store: PickupStore) -> None:
    with refused("slot_needed", 400):
        find_slot(store, None, MONDAY)
    for wrong in (MONDAY, MONDAY.replace(minute=0), MONDAY + timedelta(days=365)):
        with refused("no_slot", 400):
            find_slot(store, wrong, MONDAY)
    found = find_slot(store, MONDAY.replace(hour=11, minute=0), MONDAY)
    assert found and found.ends_at == MONDAY.replace(hour=11, minute=30)


def test_a_slot_is_full_until_an_order_is_closed(store: PickupStore) -> None:
    with clock.at(MONDAY):
        slot = list_slots(store, MONDAY)[0].starts_at
        orders = [cast.place_pickup(store, slot=slot) for _ in range(2)]
        with refused("slot_full", 409):
            cast.place_pickup(store, slot=slot)
        assert Order.objects.count() == 2
        assert [left for _slot, left in list_left(store)][:2] == [0, 2]
        cancel_unpaid(orders[0].pk, actor=cast.buyer(orders[0]))
        third = cast.place_pickup(store, slot=slot)
    assert (third.pickup_from, third.pickup_until) == (slot, slot + timedelta(minutes=30))


def test_the_mini_program_lists_them_and_chooses_one(store: PickupStore) -> None:
    buyer = Buyer(cast.make_customer())
    PickupStore.objects.update(hours=[[["00:00", "24:00"]]] * 7)
    offered = buyer.get(f"/stores/{store.pk}/slots").json()["results"]
    assert {row["left"] for row in offered} == {2}
    chosen = offered[3]

    def wish(**more: str) -> dict[str, object]:
        who = {"store_id": str(store.pk), "recipient": "林晓燕", "phone": "13800005678"}
        body = order_body(delivery="pickup", pickup=who | more)
        del body["address"]
        return body

    placed = buyer.post("/orders", wish(slot=chosen["starts_at"]), key="a").json()
    assert placed["pickup_slot"] == {name: chosen[name] for name in ("starts_at", "ends_at")}
    assert buyer.get(f"/orders/{placed['number']}").json() == placed
    assert buyer.get(f"/stores/{store.pk}/slots").json()["results"][3]["left"] == 1
    assert refusal(buyer.post("/orders", wish(), key="b")) == (400, "slot_needed")
    assert refusal(buyer.post("/orders", wish(slot="2020-01-01T10:00:00+08:00"), key="c")) == (400, "no_slot")
    assert wrong_fields(buyer.post("/orders", wish(slot="soon"), key="d")) == ["pickup"]
    buyer.post("/orders", wish(slot=chosen["starts_at"]), key="e")
    assert refusal(buyer.post("/orders", wish(slot=chosen["starts_at"]), key="f")) == (409, "slot_full")


@pytest.mark.parametrize("store_id", ["0", "987654", "x", "9" * 30])
def test_a_store_that_is_not_there_has_none(store_id: str) -> None:
    assert refusal(Buyer().get(f"/stores/{store_id}/slots")) == (404, "not_found")


@pytest.fixture
def owner() -> Client:
    return browser()


def test_the_owner_sets_their_length_and_how_many_orders_they_take(owner: Client) -> None:
    typed = TYPED | {"slot_minutes": "30", "slot_orders": "5"}
    page_with(200, owner.post(f"{URL}new/", typed, follow=True))
    store = PickupStore.objects.get()
    assert (store.slot_minutes, store.slot_orders) == (30, 5)
    page = page_with(200, owner.get(f"{URL}{store.pk}/"))
    assert '<option value="30" selected>' in page
    owner.post(f"{URL}{store.pk}/", TYPED | {"version": str(store.version)})
    assert PickupStore.objects.get().slot_minutes is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"slot_minutes": "30"}, "slot_orders"),
        ({"slot_orders": "5"}, "slot_minutes"),
        ({"slot_minutes": "30", "slot_orders": "0"}, "slot_orders"),
        ({"slot_minutes": "7", "slot_orders": "5"}, "slot_minutes"),
    ],
)
def test_half_a_slot_is_refused_beside_what_is_missing(
    owner: Client, typed: dict[str, str], field: str
) -> None:
    answer = owner.post(f"{URL}new/", TYPED | typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
