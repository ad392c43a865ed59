"""Every night the books are compared: what something happened to, piece by piece, and people hear of a difference."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from notifications.models import Alert, AlertKind
from orders.models import Order
from orders.services.steps import confirm_order
from shop import clock
from shop.books import BOOKS, Scope, within
from shop.customers.models import Customer
from shop.events import nightly
from shop.events.delivery import drain
from shop.events.models import BookCheck, Event
from shop.events.nightly import SETTLED_AFTER, begin_nightly, check_slice, find_next_night
from shop.events.sweeping import sweep
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def open_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night looks at what happened a moment ago, too, except where that is what a test is about."""
    cast.open_shop()
    monkeypatch.setattr(nightly, "SETTLED_AFTER", timedelta())


def run_night() -> Event:
    """All of a night at once; what it left on the record."""
    for _ in range(100):
        if not check_slice():
            return Event.objects.filter(kind="books").latest("pk")
    pytest.fail("the night does not end")


def test_the_first_night_looks_at_one_day_and_the_next_at_what_came_since() -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        cast.place()
    orders = [cast.paid_order() for _ in range(3)]
    begin_nightly()
    begin_nightly()
    night = run_night()
    assert (night.verb, night.data) == ("books.check", {"looked_at": 3, "broken": []})
    confirm_order(orders[0].pk, actor=cast.clerk())
    assert run_night().data["looked_at"] == 1
    assert BookCheck.objects.get().due_at == find_next_night(clock.now())


def test_it_goes_on_where_a_killed_one_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "EVENTS_AT_ONCE", 1)
    begin_nightly()
    for _ in range(3):
        cast.place()
    assert check_slice()
    seen = BookCheck.objects.get().seen_id
    assert check_slice()
    assert BookCheck.objects.get().seen_id > seen
    assert run_night().data["looked_at"] == 3


def test_a_difference_rings_and_is_named() -> None:
    begin_nightly()
    order = cast.paid_order()
    Order.objects.filter(pk=order.pk).update(paid_fen=1)
    night = run_night()
    assert night.verb == "books.broken"
    assert any(order.number in sentence for sentence in night.data["broken"])
    drain()
    assert Alert.objects.filter(kind=AlertKind.BOOKS_BROKEN, order=None, handled_at=None).count() == 1
    Order.objects.filter(pk=order.pk).update(paid_fen=order.paid_fen)


def test_what_nothing_happened_to_is_not_read_again() -> None:
    old = cast.paid_order()
    begin_nightly()
    run_night()
    Order.objects.filter(pk=old.pk).update(paid_fen=1)
    assert run_night().verb == "books.check"
    Order.objects.filter(pk=old.pk).update(paid_fen=old.paid_fen)


@pytest.mark.parametrize("item", BOOKS, ids=[book.code for book in BOOKS])
def test_each_book_looks_at_what_it_is_told_to(item) -> None:
    """Nothing in scope is nothing read, whatever is wrong elsewhere."""
    order = cast.shipped_order()
    Order.objects.filter(pk=order.pk).update(
        paid_fen=1, payable_fen=2, pieces=9, pieces_shipped=7, version=99
    )
    Customer.objects.filter(pk=order.customer_id).update(balance_fen=5)
    with within(Scope()):
        assert list(item.find()) == []


def test_the_timer_waits_for_the_night_and_for_a_task_under_way(sent_tasks: list[tuple[str, int]]) -> None:
    begin_nightly()
    due_at = BookCheck.objects.get().due_at
    with clock.at(due_at - timedelta(minutes=1)):
        sweep()
    assert sent_tasks == []
    for minutes in (0, 1, 11):
        with clock.at(due_at + timedelta(minutes=minutes)):
            sweep()
    assert sent_tasks == [("check_books_nightly", 1)] * 2


@pytest.mark.parametrize(("hour", "days"), [(2, 0), (4, 1)])
def test_the_next_night(hour: int, days: int) -> None:
    now = timezone.make_aware(datetime(2026, 11, 28, hour, 0))
    wanted = timezone.make_aware(datetime(2026, 11, 28, 3, 30)) + timedelta(days=days)
    assert find_next_night(now) == wanted


def test_what_may_still_be_under_way_waits_for_the_next_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another transaction may commit an event with a lower number after this one."""
    monkeypatch.setattr(nightly, "SETTLED_AFTER", SETTLED_AFTER)
    begin_nightly()
    cast.place()
    assert run_night().data["looked_at"] == 0
    with clock.at(clock.now() + 2 * SETTLED_AFTER):
        assert run_night().data["looked_at"] == 1
