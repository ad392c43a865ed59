"""Work that was put aside is seen by people and tried again when they say so."""

from datetime import timedelta

import pytest

from shop import clock
from shop.events.dead_letters import count_dead_letters, list_dead_letters, try_again
from shop.events.delivery import drain
from shop.events.models import EventDelivery, StuckTimer
from tests.cast import clerk, open_shop, paid_order
from tests.console import browser
from tests.expect import refused

pytestmark = pytest.mark.django_db
URL = "/console/stuck/"


@pytest.fixture
def dead() -> EventDelivery:
    open_shop()
    paid_order()
    row = EventDelivery.objects.filter(handler="notifications.handlers.alert_new_order").get()
    EventDelivery.objects.filter(pk=row.pk).update(
        dead_at=clock.now(), attempts=20, last_error="ValueError: <b>poison</b>"
    )
    StuckTimer.objects.create(
        timer="order.release", subject_id=7, until=clock.now(), attempts=12, dead_at=clock.now()
    )
    return row


def test_an_empty_page_says_so() -> None:
    open_shop()
    assert "Nothing is put aside" in browser().get(URL).content.decode()


def test_what_it_was_about_and_why_it_failed_is_shown(dead: EventDelivery) -> None:
    page = browser().get(URL).content.decode()
    assert "ValueError: &lt;b&gt;poison&lt;/b&gt;" in page
    assert "order.release" in page and "tried 20 times" in page
    assert "2 pieces of work were put aside" in browser().get("/console/").content.decode()


def test_it_is_carried_out_once_somebody_has_it_tried_again(dead: EventDelivery) -> None:
    drain()
    dead.refresh_from_db()
    assert dead.done_at is None
    response = browser().post(f"{URL}again/", {"key": [f"event-{dead.pk}"]}, follow=True)
    assert "1 piece of work is tried again." in response.content.decode()
    drain()
    dead.refresh_from_db()
    assert (dead.done_at is None, dead.attempts) == (False, 0)
    assert StuckTimer.objects.get().dead_at is not None


def test_what_was_not_put_aside_cannot_be_tried_again(dead: EventDelivery) -> None:
    alive = EventDelivery.objects.create(event=dead.event, handler="another", due_at=clock.now())
    with refused("not_found", 404):
        try_again([f"event-{alive.pk}"], actor=clerk())


@pytest.mark.parametrize("key", ["", "event-", "event-9", "order-1", "timer--1", "event-" + "9" * 30])
def test_other_keys_are_not_found(dead: EventDelivery, key: str) -> None:
    with refused("not_found", 404):
        try_again([key], actor=clerk())
    page = browser().post(f"{URL}again/", {"key": [key]}, follow=True).content.decode()
    assert "Nothing of this is put aside any more." in page


def test_only_who_sees_the_record_may(dead: EventDelivery) -> None:
    for role in ("warehouse", "finance"):
        assert browser(role).get(URL).status_code == 403
        assert browser(role).post(f"{URL}again/", {"key": f"event-{dead.pk}"}).status_code == 403
    with refused("forbidden", 403):
        try_again([f"event-{dead.pk}"], actor=clerk("support"))


def test_a_timers_row_is_free_again_at_once_as_if_it_had_never_failed(dead: EventDelivery) -> None:
    row = StuckTimer.objects.get()
    alive = StuckTimer.objects.create(timer="order.release", subject_id=8, until=clock.now(), attempts=3)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert try_again([f"timer-{row.pk}", f"timer-{alive.pk}"], actor=clerk()) == 1
        row.refresh_from_db()
        assert (row.dead_at, row.attempts, row.until) == (None, 0, clock.now())
    alive.refresh_from_db()
    assert alive.attempts == 3
    dead.refresh_from_db()
    assert dead.dead_at is not None


def test_several_of_both_kinds_at_once(dead: EventDelivery) -> None:
    keys = [f"event-{dead.pk}", f"timer-{StuckTimer.objects.get().pk}"]
    with clock.at(clock.now() + timedelta(hours=1)):
        assert try_again(keys, actor=clerk()) == 2
        dead.refresh_from_db()
        assert (dead.dead_at, dead.attempts, dead.due_at) == (None, 0, clock.now())
    assert list_dead_letters() == []


def test_what_was_put_aside_last_comes_first(dead: EventDelivery) -> None:
    event, timer = list_dead_letters()[::-1]
    assert (event.key, event.name, event.subject_id) == (
        f"event-{dead.pk}",
        dead.handler,
        dead.event.subject_id,
    )
    assert (event.event, event.attempts, event.error) == (dead.event, 20, "ValueError: <b>poison</b>")
    assert (timer.key, timer.name, timer.subject_id) == (
        f"timer-{StuckTimer.objects.get().pk}",
        "order.release",
        7,
    )
    assert (timer.event, timer.attempts) == (None, 12)


def put_aside(count: int) -> None:
    moment = clock.now()
    rows = [
        StuckTimer(timer="many", subject_id=n, until=moment, attempts=12, dead_at=moment)
        for n in range(count)
    ]
    StuckTimer.objects.bulk_create(rows)


def test_a_flood_is_shown_and_counted_to_a_hundred_of_each_kind() -> None:
    put_aside(105)
    assert count_dead_letters() == 101
    assert len(list_dead_letters()) == 100
    newest = StuckTimer.objects.order_by("-pk")[:100]
    assert {letter.key for letter in list_dead_letters()} == {f"timer-{row.pk}" for row in newest}


def test_a_number_as_long_as_the_database_can_hold_is_no_error(dead: EventDelivery) -> None:
    StuckTimer.objects.update(id=10**17)
    with refused("not_found", 404):
        try_again(["timer-" + "9" * 18], actor=clerk())
    assert try_again([f"timer-{10**17}"], actor=clerk()) == 1
