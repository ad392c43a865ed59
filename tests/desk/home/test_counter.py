"""What waits to be handed out, on the home page of who hands out."""

from typing import Any

import pytest

from orders.desk.home import counter
from orders.desk.list.counts import count_tabs
from orders.models import Order
from orders.services.steps import confirm_order, hold_order
from shop import clock
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
