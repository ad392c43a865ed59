"""The timer delivery.forget: outbox rows go a while after they were delivered, and only those."""

from datetime import timedelta

import pytest

from shop import clock
from shop.events import forgetting
from shop.events.delivery import drain
from shop.events.models import Event, EventDelivery
from shop.events.registry import TIMERS
from shop.events.sweeping import sweep
from shop.events.timers import KEPT_FOR
from tests import cast
from tests.conftest import find_broken_books

LONG_AGO = KEPT_FOR + timedelta(hours=1)


@pytest.fixture
def event(db: None) -> Event:
    return Event.objects.create(kind="probe", subject_id=1, number=1, verb="probe", at=clock.now())


def add(event: Event, handler: str, *, done: timedelta | None) -> int:
    moment = clock.now()
    done_at = None if done is None else moment - done
    row = EventDelivery.objects.create(
        event=event, handler=handler, due_at=moment - LONG_AGO, done_at=done_at
    )
    return row.pk


def left() -> set[int]:
    return set(EventDelivery.objects.values_list("pk", flat=True))


def test_what_was_delivered_long_ago_goes_and_everything_else_stays(event: Event) -> None:
    waiting = add(event, "waiting", done=None)
    add(event, "old", done=LONG_AGO)
    fresh = add(event, "fresh", done=timedelta(days=6))
    add(event, "old too", done=LONG_AGO)
    sweep()
    assert left() == {waiting, fresh}


def test_it_goes_in_batches_and_on_after_an_interruption(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    rows = [add(event, f"old {n}", done=LONG_AGO) for n in range(5)]
    for expected in (rows[2:], rows[4:], []):
        sweep()
        assert sorted(left()) == expected


def test_a_sweep_that_comes_twice_does_no_harm(event: Event) -> None:
    old = add(event, "old", done=LONG_AGO)
    waiting = add(event, "waiting", done=None)
    TIMERS["delivery.forget"].act(old)
    TIMERS["delivery.forget"].act(old)
    assert left() == {waiting}


def test_nothing_is_due_while_everything_is_young_or_open(event: Event) -> None:
    add(event, "waiting", done=None)
    add(event, "fresh", done=timedelta(days=1))
    assert TIMERS["delivery.forget"].find(clock.now(), [], 50) == []


def test_a_round_forgets_a_thousand_and_looks_at_fifty(event: Event) -> None:
    """More would make its transaction long, a look at more would read what is not due."""
    assert (forgetting.BATCH, forgetting._PEEK) == (1_000, 50)
    for number in range(50):
        add(event, f"fresh {number}", done=timedelta(days=1))
    find = TIMERS["delivery.forget"].find
    old = add(event, "behind all that are young", done=LONG_AGO)
    assert find(clock.now(), [], 50) == []
    first = EventDelivery.objects.earliest("pk").pk
    assert find(clock.now(), [first], 50) == [old]
    assert find(clock.now(), [first, old], 50) == []


def test_a_term_that_is_just_over_is_over(event: Event) -> None:
    find, moment = TIMERS["delivery.forget"].find, clock.now()
    with clock.at(moment):
        row = add(event, "old", done=timedelta(0))
    tick = timedelta(microseconds=1)
    assert find(moment + KEPT_FOR, [], 50) == []
    assert find(moment + KEPT_FOR + tick, [], 50) == [row]
    for later, expected in ((timedelta(0), {row}), (tick, set())):
        with clock.at(moment + KEPT_FOR + later):
            TIMERS["delivery.forget"].act(row)
        assert left() == expected


def test_no_book_misses_what_was_forgotten(db: None) -> None:
    cast.open_shop()
    cast.shipped_order()
    drain()
    EventDelivery.objects.all().delete()
    assert find_broken_books() == []
