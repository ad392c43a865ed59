"""What waits to be handed out, on the home page of who hands out."""

from datetime import timedelta
from typing import Any

import pytest

from orders.desk.home import counter
from orders.desk.home.queues import SHOWN, Queue, _make_task, list_queues
from orders.desk.home.tasks import TASKS
from orders.desk.list.counts import count_tabs
from orders.models import Order
from orders.services.steps import confirm_order, hold_order
from pickup.uncollected.models import Waiting
from pickup.uncollected.services import snooze_pickup
from shop import clock
from shop.actor import Actor
from tests.cast import (
    actor_of,
    clerk,
    make_staff,
    make_store,
    open_shop,
    paid_order,
    paid_pickup,
    place_pickup,
)
from tests.console import page_with, sign_in
from tests.expect import count_queries
from tests.pickup.counter import forgotten

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def at_counter(**kwargs: Any) -> Order:
    order = paid_pickup(**kwargs)
    confirm_order(order.pk, actor=clerk("order_clerk"))
    return order


def test_it_holds_what_can_be_handed_out_now_by_store(monkeypatch: pytest.MonkeyPatch) -> None:
    open_shop()
    here, there = make_store("文三路店"), make_store("清泰街店")
    orders = [at_counter(store=store) for store in (here, there, here)]
    hold_order(at_counter(store=here).pk, reason="等买家", actor=clerk())
    paid_pickup(here), place_pickup(there), paid_order()
    actor = clerk()
    queue = counter.make_to_hand_out(count_tabs(actor), actor, clock.now())
    assert [item.order_id for item in queue.first] == [order.pk for order in orders]
    assert [item.about for item in queue.first] == ["文三路店", "清泰街店", "文三路店"]
    assert [(part.label, part.count) for part in queue.parts] == [("文三路店", 2), ("清泰街店", 1)]
    assert (queue.count, queue.url) == (3, "/console/orders/?delivery=pickup&tab=to_ship")
    assert queue.parts[0].url == f"{queue.url}&store={here.pk}"
    bound = actor_of(make_staff("store_clerk", stores=[there]))
    assert counter.make_to_hand_out(count_tabs(bound), bound, clock.now()).count == 1


def test_an_empty_one_takes_one_query() -> None:
    open_shop()
    actor, counts = clerk(), count_tabs(clerk())
    assert count_queries(lambda: counter.make_to_hand_out(counts, actor, clock.now())) == 1


def test_it_stands_on_the_page_of_who_hands_out() -> None:
    open_shop()
    here, there = make_store("文三路店"), make_store("清泰街店")
    at_counter(store=here), at_counter(store=there)
    user = make_staff("order_clerk")
    page = page_with(200, sign_in(user).get("/console/"))
    assert 'id="queue-to_hand_out"' in page and "文三路店" in page and "清泰街店" in page
    assert "queue-to_hand_out" not in page_with(200, sign_in(make_staff("warehouse")).get("/console/"))


def not_picked_up(actor: Actor) -> Queue:
    return next(queue for queue in list_queues(count_tabs(actor), actor) if queue.name == "not_picked_up")


def test_what_nobody_came_for_stands_there_the_longest_first_for_its_own_store() -> None:
    open_shop()
    here, there = make_store("文三路店"), make_store("清泰街店")
    orders = [forgotten(store=store) for store in (here, there, here)]
    Waiting.objects.filter(order=orders[2]).update(due_at=clock.now() - timedelta(days=9))
    snooze_pickup(forgotten(store=here).pk, until=clock.now() + timedelta(1), reason="明天来", actor=clerk())
    at_counter(store=here)
    queue = not_picked_up(clerk())
    assert [item.order_id for item in queue.first] == [orders[2].pk, orders[0].pk, orders[1].pk]
    assert [item.about.partition(" · ")[0] for item in queue.first] == ["文三路店", "文三路店", "清泰街店"]
    assert queue.first[0].about.partition(" · ")[2].startswith("waits since 20")
    assert (queue.count, queue.url, queue.tone) == (3, "/console/pickup/uncollected/", "overdue")
    bound = actor_of(make_staff("store_clerk", stores=[there]))
    assert [item.order_id for item in not_picked_up(bound).first] == [orders[1].pk]


def test_it_takes_one_query_and_another_only_to_count_more_than_are_shown() -> None:
    open_shop()
    actor = clerk()
    task = next(task for task in TASKS if task.name == "not_picked_up")

    def look() -> int:
        return count_queries(lambda: _make_task(task, count_tabs(actor), actor, clock.now()))

    counted = count_queries(lambda: count_tabs(actor))
    assert look() - counted == 1
    store = make_store("文三路店")
    for _n in range(SHOWN):
        forgotten(store=store)
    assert look() - counted == 1
    forgotten(store=store)
    assert look() - counted == 2
