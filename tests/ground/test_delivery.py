"""Outbox rows are carried out at least once; a failing one waits and blocks nobody."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import Product, Sku
from shop.events import delivery, registry
from shop.events.delivery import count_undelivered, deliver_batch, drain
from shop.events.models import Event, EventDelivery, StuckTimer
from shop.events.pause import is_outside_paused
from shop.events.services import record_event
from shop.events.sweeping import CLAIM, DEAD_AFTER, sweep
from tests.ground.wires import Broker, make_event
from tests.threads import held

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_batch_that_fails_at_commit_is_redone_row_by_row(wires, caplog):
    heard = []

    @registry.on("bad", pushes=True)
    def breaks_at_commit(event):
        # The foreign key is deferred: it fails at COMMIT, outside the savepoint.
        Sku.objects.create(product_id=999_999, code=f"bad-{event.pk}", name="x", price_fen=1)

    @registry.on("good", pushes=True)
    def works(event):
        heard.append(event.pk)

    make_event("bad")
    good = make_event("good")
    assert deliver_batch() == 2
    assert "failed at commit" in caplog.text
    assert heard == [good.pk] * 2
    assert EventDelivery.objects.get(event=good).done_at is not None
    assert EventDelivery.objects.get(handler__endswith="breaks_at_commit").done_at is None


def test_what_one_handler_has_locked_is_free_before_the_next_one_runs(wires):
    free, seen = [], []

    @registry.on("locks")
    def locks(event):
        seen.append(list(free))
        transaction.on_commit(lambda: free.append(event.pk))

    events = [make_event("locks") for _ in range(3)]
    assert deliver_batch() == 3
    assert seen == [[], [events[0].pk], [events[0].pk, events[1].pk]]


def test_outside_handlers_run_without_a_transaction_and_pause_after_a_failure(wires, monkeypatch):
    Broker(monkeypatch, holds=10)
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


def sweep_often(rounds: int) -> None:
    moment = clock.now()
    for round_ in range(rounds):
        with clock.at(moment + timedelta(hours=round_)):
            sweep()


def test_a_row_that_never_succeeds_is_put_aside_for_a_person(wires):
    tried = []

    @registry.due("test.timer", find=lambda now, skip, limit: [pk for pk in (7, 8) if pk not in skip])
    def act(pk):
        tried.append(pk)
        if pk == 7:
            raise ValueError("poison")

    sweep_often(DEAD_AFTER + 5)
    dead = StuckTimer.objects.get()
    assert (dead.subject_id, dead.attempts, dead.dead_at is None) == (7, DEAD_AFTER, False)
    assert (tried.count(7), tried.count(8)) == (DEAD_AFTER, DEAD_AFTER + 5)


def test_an_event_that_a_handler_never_carries_is_put_aside_for_a_person(wires):
    registry.on("product.add")(lambda event: 1 / 0)
    make_event()
    moment = clock.now()
    for hours in range(delivery.DEAD_AFTER + 5):
        with clock.at(moment + timedelta(hours=hours)):
            deliver_batch()
    row = EventDelivery.objects.get()
    assert (row.attempts, row.dead_at is None) == (delivery.DEAD_AFTER, False)
    assert count_undelivered() == 0


def test_what_a_sweeper_has_claimed_another_does_not_find_until_the_claim_is_over(wires):
    skipped = []

    def find(now, skip, limit):
        skipped.append(set(skip))
        return [pk for pk in (1, 2) if pk not in skip]

    @registry.due("test.timer", find=find)
    def act(pk):
        if len(skipped) == 1:
            sweep()  # another sweeper, at the same time
            raise SystemExit  # and this one dies

    with pytest.raises(SystemExit):
        sweep()
    assert skipped == [set(), {1, 2}]
    assert set(StuckTimer.objects.values_list("subject_id", "attempts")) == {(1, 0), (2, 0)}
    assert sweep() == 0
    with clock.at(clock.now() + CLAIM):
        assert sweep() == 2
    assert not StuckTimer.objects.exists()


def test_a_full_queue_takes_no_more_and_rows_wait_where_they_are(wires, monkeypatch):
    broker = Broker(monkeypatch, holds=60)
    due = set(range(1000))
    registry.due("test.timer", find=lambda now, skip, limit: sorted(due - set(skip))[:limit], outside=True)(
        broker.sent.append
    )
    for _ in range(100):
        sweep()
    assert len(broker.sent) == 100
    assert not StuckTimer.objects.exists()


def test_events_wait_for_room_in_their_queue(wires, monkeypatch):
    broker = Broker(monkeypatch, holds=1)
    registry.on("product.add", outside=True)(lambda event: broker.sent.append(event.pk))
    for _ in range(delivery.BATCH + 5):
        make_event()
    drain()
    assert len(broker.sent) == delivery.BATCH
    broker.sent.clear()
    drain()
    assert len(broker.sent) == 5


def test_only_a_failing_broker_pauses_what_is_outside(wires, monkeypatch):
    broker = Broker(monkeypatch, holds=10)

    @registry.on("product.add", outside=True)
    def poison(event):
        raise ValueError("the handler's own")

    registry.on("product.add", outside=True)(lambda event: broker.sent.append(event.pk))
    make_event()
    deliver_batch()
    assert len(broker.sent) == 1
    assert not is_outside_paused()
    assert EventDelivery.objects.get(done_at=None).attempts == 1


def test_somebody_who_holds_an_order_long_holds_up_its_own_alert_only(wires):
    heard = []

    @registry.on("product.add")
    def locks(event):
        if event.pk == first.pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM catalog_product WHERE id = %s FOR UPDATE", [event.subject_id])
        heard.append(event.pk)

    first, *others = [make_event() for _ in range(4)]
    with held(Product.objects.filter(pk=first.subject_id)):
        deliver_batch()
    assert heard == [event.pk for event in others]
    row = EventDelivery.objects.get(event=first)
    assert (row.attempts, row.done_at) == (0, None)
    with clock.at(clock.now() + delivery.BUSY):
        drain()
    assert heard[-1] == first.pk
