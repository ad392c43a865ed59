"""“Late unless sent today”: what still has time, but none after midnight, with a list that shows just these."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.services.steps import hold_order
from shop import clock
from tests import cast
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def open_shop(db: None, sent_tasks: object) -> None:
    cast.open_shop()


def test_today_counts_and_lists_what_is_late_tomorrow(settings: object) -> None:
    noon = clock.start_of_day(clock.now().date() + timedelta(days=3)) + timedelta(hours=12)
    orders = [cast.paid_order() for _ in range(5)]
    spans = {0: -1, 1: 2, 2: 11, 3: 13}
    for place, hours in spans.items():
        Order.objects.filter(pk=orders[place].pk).update(ship_by=noon + timedelta(hours=hours))
    Order.objects.filter(pk=orders[4].pk).update(ship_by=noon + timedelta(hours=2))
    hold_order(orders[4].pk, reason="缺配件", actor=cast.clerk())
    with clock.at(noon):
        home = page_with(200, browser("warehouse").get("/console/"))
        found = page_with(200, browser("warehouse").get("/console/orders/?due=today"))
    assert "Late unless sent today" in home and "/console/orders/?due=today" in home
    shown = [order.number in found for order in orders]
    assert shown == [False, True, True, False, False]
