"""What is picked up at a store on the desk: its own tab and words, and none of the work of sending."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.desk.labels import describe_deadline, describe_order
from orders.desk.list.conditions import is_in_queue, is_missed_today
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import WorkQueue
from orders.desk.next_steps import describe_next_step, find_next_step
from orders.desk.order.stage_line import make_stage_line
from orders.models import Order
from orders.services.steps import confirm_order
from shop import clock
from shop.events.models import Event
from shop.store.choices import PayMethod
from shop.store.pickup_stores.slots import list_slots
from tests.cast import clerk, make_store, paid_pickup, pay, place_pickup, prepared_order
from tests.console import page_with
from tests.desk.list.test_list import numbers
from tests.expect import fresh

URL = "/console/orders/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def waiting() -> Order:
    order = paid_pickup()
    confirm_order(order.pk, actor=clerk("order_clerk"))
    return fresh(order)


def test_it_is_in_the_tab_of_pickup_and_in_no_work_of_sending(owner: Client, waiting: Order) -> None:
    sent = prepared_order()
    assert numbers(owner, "?tab=to_ship") == [sent.number]
    assert numbers(owner, "?tab=to_ship&delivery=pickup") == [waiting.number]
    sheet = 'href="/console/orders/bulk/" hx-boost'
    assert sheet in page_with(200, owner.get(f"{URL}?tab=to_ship"))
    assert sheet not in page_with(200, owner.get(f"{URL}?tab=to_ship&delivery=pickup"))
    assert count_tabs(clerk()).tabs["to_ship"] == 1
    later = clock.now() + timedelta(days=30)
    for condition in (
        *(is_in_queue(queue, later) for queue in (WorkQueue.OVERDUE, WorkQueue.SHIP_LATER)),
        is_missed_today(later),
    ):
        assert waiting not in Order.objects.filter(condition)


def test_it_is_called_what_it_waits_for(waiting: Order) -> None:
    assert describe_order(waiting).words == "Paid, to be picked up"
    assert describe_deadline(waiting, clock.now()) is None
    at_store = fresh(place_pickup(pay_method=PayMethod.COD))
    assert describe_order(at_store).words == "Unpaid, to confirm (payment at the store)"
    confirm_order(at_store.pk, actor=clerk())
    assert describe_order(fresh(at_store)).words == "To be picked up and paid"
    Order.objects.filter(pk=waiting.pk).update(pieces_shipped=1, pieces=2)
    assert describe_order(fresh(waiting)).words == "Picked up in part"


def test_nobody_is_told_to_ship_it(waiting: Order) -> None:
    step = find_next_step(waiting, clerk())
    assert step is not None and step.verb == "order.prepare"
    assert describe_next_step(waiting, step) == "Put the goods ready to be picked up"
    at_store = find_next_step(waiting, clerk("store_clerk"))
    assert at_store is not None and (at_store.verb, at_store.dialog) == ("order.verify_part", "verify")
    assert find_next_step(waiting, clerk("warehouse")) is None
    assert describe_next_step(waiting, None) == "Waiting for the buyer to pick it up"


def test_its_line_of_stages_ends_with_picking_it_up(waiting: Order) -> None:
    line = make_stage_line(waiting, list(Event.objects.filter(order_id=waiting.pk)))
    assert [step.label for step in line] == ["Order placed", "Paid", "Confirmed", "Preparing", "Picked up"]


def test_its_page_names_the_store_and_who_picks_up(owner: Client, waiting: Order) -> None:
    page = page_with(200, owner.get(f"{URL}{waiting.number}/"))
    assert waiting.pickup_store and waiting.pickup_store.name in page
    assert "Picked up by" in page and "<dt>Address</dt>" not in page
    assert f"{URL}{waiting.number}/ship/" not in page


def test_the_list_is_narrowed_to_a_store_and_names_it(owner: Client, waiting: Order) -> None:
    other = paid_pickup(make_store("隔壁店" + "W" * 30))
    assert waiting.pickup_store and other.pickup_store
    query = f"?delivery=pickup&store={waiting.pickup_store_id}"
    assert numbers(owner, query) == [waiting.number]
    assert numbers(owner, f"?store={other.pickup_store_id}") == [other.number]
    page = page_with(200, owner.get(f"{URL}{query}"))
    assert f"<bdi>Store {waiting.pickup_store.name}</bdi>" in page
    assert page.count(f"<bdi>{waiting.pickup_store.name}</bdi>") == 1
    assert numbers(owner, "?store=987654") == numbers(owner, "")


def test_a_store_is_offered_as_a_filter_where_there_are_two(owner: Client, waiting: Order) -> None:
    url = f"{URL}filter/"
    assert 'name="store"' in page_with(200, owner.get(url, {"store": str(waiting.pickup_store_id)}))
    assert 'name="store"' in page_with(200, owner.get(url))


def test_asking_for_no_store_reads_none(owner: Client, waiting: Order) -> None:
    def look(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            owner.get(f"{URL}{query}")
        return sum("store_pickupstore" in query["sql"].partition("FROM")[2][:40] for query in queries)

    assert (look("?delivery=pickup"), look(f"?store={waiting.pickup_store_id}") > 0) == (0, True)
    assert waiting.pickup_store


def test_the_time_that_the_buyer_chose_stands_in_the_list_and_on_the_page(owner: Client) -> None:
    store = make_store(slot_minutes=60, slot_orders=1)
    slot = list_slots(store, clock.now())[0]
    order = pay(place_pickup(store, slot=slot.starts_at))
    at = timezone.localtime(slot.starts_at)
    for url in (f"{URL}?delivery=pickup", f"{URL}{order.number}/"):
        assert f"{at:%Y-%m-%d %H:%M}" in page_with(200, owner.get(url))
