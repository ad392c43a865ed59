"""Outbox rows are carried out at least once; a failing one waits and blocks nobody."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import Product
from shop.events import delivery, registry
from shop.events.delivery import count_undelivered, deliver_batch, drain
from shop.events.models import Event, EventDelivery, StuckTimer
from shop.events.services import record_event
from shop.events.sweeping import sweep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wires(monkeypatch):
    """Empty registries, so that only the test's own handlers and timers exist."""
    for name in ("HANDLERS", "TIMERS"):
        monkeypatch.setattr(registry, name, {})
    monkeypatch.setattr(registry, "HANDLERS_BY_VERB", registry.defaultdict(list))
    monkeypatch.setattr(delivery, "HANDLERS", registry.HANDLERS)
    monkeypatch.setattr("shop.events.services.HANDLERS_BY_VERB", registry.HANDLERS_BY_VERB)
    monkeypatch.setattr("shop.events.sweeping.TIMERS", registry.TIMERS)
    monkeypatch.setattr("shop.events.pause._until", 0.0)


def make_event(verb: str = "product.add") -> Event:
    with transaction.atomic():
        product = Product.objects.create(name="茶", created_at=clock.now(), version=1)
        return record_event(product, verb, SYSTEM)


def test_every_handler_of_a_verb_hears_of_it_once(wires):
    heard = []
    registry.on("product.add")(lambda event: heard.append(event.pk))
    event = make_event()
    assert drain() == 1
    assert heard == [event.pk]
    assert drain() == 0


def test_lower_priorities_are_carried_first(wires):
    heard = []

    @registry.on("product.add", priority=5)
    def late(event):
        heard.append("late")

    @registry.on("product.add", priority=0)
    def first(event):
        heard.append("first")

    make_event()
    drain()
    assert heard == ["first", "late"]


def test_a_failing_handler_is_put_off_and_the_others_go_on(wires):
    heard = []

    @registry.on("product.add")
    def fails(event):
        Product.objects.create(name="half done", created_at=clock.now())
        raise ValueError("no")

    @registry.on("product.add")
    def works(event):
        heard.append(event.pk)

    event = make_event()
    drain()
    row = EventDelivery.objects.get(handler__endswith="fails")
    assert heard == [event.pk]
    assert row.done_at is None and row.attempts == 1 and row.due_at > clock.now()
    assert "ValueError" in row.last_error
    assert not Product.objects.filter(name="half done").exists()
    assert count_undelivered() == 1


def test_a_batch_that_fails_at_commit_is_redone_row_by_row(wires):
    heard = []

    @registry.on("bad")
    def breaks_at_commit(event):
        # The foreign key is deferred: it fails at COMMIT, outside the savepoint.
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalog_sku (product_id, code, name, price_fen, on_hand, reserved, is_on_sale, version)"
                " VALUES (999999, %s, 'x', 1, 0, 0, true, 0)",
                [f"bad-{event.pk}"],
            )

    @registry.on("good")
    def works(event):
        heard.append(event.pk)

    make_event("bad")
    good = make_event("good")
    deliver_batch()
    assert heard[-1] == good.pk
    assert EventDelivery.objects.get(event=good).done_at is not None
    assert EventDelivery.objects.get(handler__endswith="breaks_at_commit").done_at is None


def test_outside_handlers_run_without_a_transaction_and_pause_after_a_failure(wires):
    seen = []

    @registry.on("product.add", outside=True)
    def enqueue(event):
        seen.append(connection.in_atomic_block)
        raise OSError("broker away")

    make_event()
    make_event()
    deliver_batch()
    deliver_batch()
    assert seen == [False]
    assert EventDelivery.objects.filter(done_at__isnull=True).count() == 2


def test_a_hint_is_pushed_once_per_batch(wires, monkeypatch):
    pushed = []
    monkeypatch.setattr(delivery, "push_hint", lambda: pushed.append(1))
    registry.on("product.add", pushes=True)(lambda event: None)
    for _ in range(5):
        make_event()
    drain()
    assert pushed == [1]


def test_an_event_needs_the_transaction_of_its_change(wires):
    product = Product.objects.create(name="茶", created_at=clock.now(), version=1)
    with pytest.raises(RuntimeError):
        record_event(product, "product.add", SYSTEM)


def test_events_refuse_update_and_delete_in_the_manager_and_in_the_database(wires):
    event = make_event()
    with pytest.raises(TypeError):
        Event.objects.filter(pk=event.pk).update(verb="other")
    with pytest.raises(TypeError):
        Event.objects.all().delete()
    for statement in ("UPDATE events_event SET verb = 'x'", "DELETE FROM events_event"):
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET sealed = 'v1:k2:…' WHERE id = %s", [event.pk])


def test_a_stuck_row_is_pushed_back_and_the_others_are_served(wires):
    acted = []

    def find(now, skip, limit):
        return [pk for pk in (1, 2, 3) if pk not in skip][:limit]

    @registry.due("test.timer", find=find)
    def act(pk):
        if pk == 2:
            raise ValueError("stuck")
        acted.append(pk)

    assert sweep() == 2
    assert sweep() == 2
    assert acted == [1, 3, 1, 3]
    stuck = StuckTimer.objects.get()
    assert stuck.subject_id == 2 and stuck.until > clock.now()
    with clock.at(clock.now() + timedelta(minutes=30)):
        sweep()
    stuck.refresh_from_db()
    assert stuck.attempts == 2
