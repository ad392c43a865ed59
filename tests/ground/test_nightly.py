"""Every night the books are compared: what something happened to, piece by piece, and people hear of a difference."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from notifications.models import Alert, AlertKind
from orders.models import Order
from orders.services.steps import confirm_order
from shop import clock
from shop.catalog.stock.changes import correct_stock
from shop.customers.balance import change_balance
from shop.customers.models import Customer
from shop.events import nightly
from shop.events.delivery import drain
from shop.events.models import BookCheck, Event
from shop.events.nightly import SETTLED_AFTER, begin_nightly, check_slice, find_next_night
from shop.events.sweeping import sweep
from shop.events.tasks import check_books_nightly
from shop.events.timers import compare_books
from shop.invariants import INVARIANTS, Invariant, Scope, within
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


@pytest.mark.parametrize("item", INVARIANTS, ids=[book.code for book in INVARIANTS])
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
    night = find_next_night(clock.now())
    with clock.at(night):
        cast.place()
        assert run_night().data["looked_at"] == 0
    with clock.at(night + timedelta(days=1)):
        assert run_night().data["looked_at"] == 1


def test_at_half_past_three_itself_the_next_one_is_tomorrows() -> None:
    half_past_three = timezone.make_aware(datetime(2026, 11, 28, 3, 30))
    assert find_next_night(half_past_three) == half_past_three + timedelta(days=1)
    assert find_next_night(half_past_three - timedelta(microseconds=1)) == half_past_three


def test_before_the_first_night_it_is_known_when_it_comes() -> None:
    order = cast.paid_order()
    with clock.at(clock.now() + timedelta(hours=24)):
        begin_nightly()
        check = BookCheck.objects.get()
        assert (check.due_at, check.until_id, check.looked_at) == (find_next_night(clock.now()), None, 0)
    last = Event.objects.filter(subject_id=order.pk, kind="order").latest("pk").pk
    assert check.seen_id == last


def test_what_it_looked_at_comes_in_pieces_of_five_hundred_and_holds_the_row_for_ten_minutes() -> None:
    assert (500, timedelta(minutes=10)) == (nightly.EVENTS_AT_ONCE, nightly.LEASE)
    begin_nightly()
    cast.paid_order()
    with clock.at(clock.now()):
        assert check_slice()
        check = BookCheck.objects.get()
        assert check.due_at == clock.now() + timedelta(minutes=10)
    last = Event.objects.latest("pk").pk
    assert (check.seen_id, check.until_id, check.looked_at) == (last, last, 1)


def test_what_comes_while_it_looks_is_for_the_next_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "EVENTS_AT_ONCE", 1)
    begin_nightly()
    cast.place()
    assert check_slice()
    until_id = BookCheck.objects.get().until_id
    cast.place()
    assert check_slice() or BookCheck.objects.get().until_id is None
    assert run_night().data["looked_at"] >= 1
    check = BookCheck.objects.get()
    assert (check.seen_id, check.until_id, check.looked_at, check.broken) == (until_id, None, 0, [])


def break_by(count: int, length: int) -> Invariant:
    return Invariant("B99", "always broken", lambda: iter([f"{n} " + "x" * length for n in range(count)]))


def test_of_many_differences_twenty_are_named_each_in_two_hundred_letters(monkeypatch) -> None:
    monkeypatch.setattr(nightly, "INVARIANTS", [break_by(30, 500), break_by(1, 1)])
    monkeypatch.setattr(nightly, "EVENTS_AT_ONCE", 1)
    begin_nightly()
    cast.paid_order()
    broken = run_night().data["broken"]
    assert len(broken) == 20
    assert broken[0] == ("B99 0 " + "x" * 500)[:200]


def test_two_that_end_the_same_night_put_it_on_record_once() -> None:
    begin_nightly()
    cast.place()
    run_night()
    late = BookCheck.objects.get()
    nightly._end(late)
    assert Event.objects.filter(kind="books").count() == 1
    with clock.at(late.due_at - nightly.LEASE):
        nightly._end(late)
    assert Event.objects.filter(kind="books").count() == 2


def test_goods_and_buyers_are_looked_at_too() -> None:
    begin_nightly()
    sku, customer = cast.make_sku(), cast.make_customer()
    correct_stock(sku.pk, on_hand=7, reason="盘点", actor=cast.clerk())
    change_balance(customer.pk, delta_fen=5, reason="现金", actor=cast.clerk())
    Customer.objects.filter(pk=customer.pk).update(balance_fen=6)
    night = run_night()
    assert (night.verb, night.data["looked_at"]) == ("books.broken", 0)
    Customer.objects.filter(pk=customer.pk).update(balance_fen=5)


def test_what_an_event_spoke_of_says_what_is_looked_at() -> None:
    rows = [(1, "order", 5, 5), (2, "sku", 7, 6), (3, "customer", 8, None), (4, "store", 9, None)]
    assert nightly._make_scope(rows) == Scope(orders={5, 6}, skus={7}, customers={8})


def test_its_task_goes_on_until_the_night_is_over_and_expires_with_its_lease(monkeypatch) -> None:
    queued: list[dict[str, object]] = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda _task, args=(), *_more, **options: queued.append(options)
    )
    begin_nightly()
    cast.place()
    with clock.at(clock.now()):
        compare_books(1)
        assert queued == [{"expires": 600}]
        assert BookCheck.objects.get().due_at == clock.now() + timedelta(minutes=10)
    for expected in (2, 2):
        check_books_nightly(1)
        assert len(queued) == expected
    assert Event.objects.filter(kind="books").count() == 1
