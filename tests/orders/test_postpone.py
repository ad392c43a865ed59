"""Goods that will be there later."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from orders.services.postponing import postpone_order
from shop import clock
from shop.events.models import Event
from tests import cast
from tests.expect import refused

CLERK = cast.clerk("order_clerk")


def test_the_time_to_ship_ends_with_the_new_day_in_the_shops_time_zone():
    order, day = cast.paid_order(), timezone.localdate(clock.now()) + timedelta(days=9)
    after = postpone_order(order.pk, ship_on=day, notice="新茶九天后到", actor=CLERK)
    end = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    assert after.ship_by == end
    event = Event.objects.get(verb="order.postpone")
    event.secret = order.customer.secret
    assert (event.words, event.data["after"]) == ({"notice": "新茶九天后到"}, str(day))


def test_another_day_can_be_set_but_none_that_is_over_or_far_away():
    order, today = cast.paid_order(), timezone.localdate(clock.now())
    assert postpone_order(order.pk, ship_on=today, actor=CLERK).ship_by > clock.now()
    for days in (-1, 181):
        with refused("bad_day", 400):
            postpone_order(order.pk, ship_on=today + timedelta(days=days), actor=CLERK)


def test_what_is_sent_or_unpaid_is_not_postponed():
    for order in (cast.shipped_order(), cast.place()):
        with refused("wrong_stage"):
            postpone_order(order.pk, ship_on=timezone.localdate(clock.now()), actor=CLERK)
