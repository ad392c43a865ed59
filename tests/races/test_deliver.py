"""Several deliverers on one outbox."""

import threading
from collections import Counter

import pytest

from notifications.models import Alert, AlertKind
from orders.moves import lock_row
from orders.services.steps import confirm_order, prepare_order
from shop.events import delivery, registry
from shop.events.delivery import drain
from shop.events.models import EventDelivery
from shop.store.choices import PayMethod
from tests import cast
from tests.races.conftest import Rendezvous, run_together

ORDERS = 40


@pytest.fixture
def heard():
    """Counts how often a handler of placing was called for each event."""
    calls: Counter[int] = Counter()
    before, by_verb = dict(registry.HANDLERS), list(registry.HANDLERS_BY_VERB["order.place"])

    @registry.on("order.place")
    def count(event):
        calls[event.pk] += 1

    yield calls
    registry.HANDLERS.clear()
    registry.HANDLERS.update(before)
    registry.HANDLERS_BY_VERB["order.place"][:] = by_verb


def test_two_deliverers_carry_everything_once(heard):
    for _ in range(ORDERS):
        cast.place(pay_method=PayMethod.COD)
    run_together([drain] * 2)
    assert len(heard) == ORDERS
    assert set(heard.values()) == {1}
    assert not EventDelivery.objects.filter(done_at__isnull=True).exists()
    assert Alert.objects.filter(kind=AlertKind.NEW_ORDER).count() == ORDERS


def test_without_skip_locked_handlers_are_called_twice(heard, monkeypatch, switch_off_row_locks):
    """Handlers are idempotent: even so every order rings once."""
    for _ in range(4):
        cast.place(pay_method=PayMethod.COD)
    # Between reading a row and carrying it out.
    monkeypatch.setattr(delivery, "_wait_little", Rendezvous(2).meet)
    run_together([drain] * 2)
    assert max(heard.values()) == 2
    assert Alert.objects.filter(kind=AlertKind.NEW_ORDER).count() == 4


def test_batches_over_the_same_orders_never_wait_in_a_circle(monkeypatch):
    """Each batch locks its orders in their order, though their events came in opposite ones."""
    orders = [cast.place(pay_method=PayMethod.COD) for _ in range(6)]
    drain()
    for order in orders:
        confirm_order(order.pk, actor=cast.clerk())
    for order in reversed(orders):
        prepare_order(order.pk, actor=cast.clerk())
    rendezvous, has_met = Rendezvous(2), threading.local()

    def lock_and_meet(order_id):
        order = lock_row(order_id)
        if not hasattr(has_met, "yes"):
            has_met.yes = True
            rendezvous.meet()
        return order

    monkeypatch.setattr("notifications.services.lock_row", lock_and_meet)
    monkeypatch.setattr(delivery, "BATCH", len(orders))
    # A circle must be seen as one, not be left after a moment.
    monkeypatch.setattr(delivery, "LOCK_TIMEOUT_MS", 20_000)
    run_together([drain] * 2)
    assert not EventDelivery.objects.filter(attempts__gt=0).exists()
    assert not EventDelivery.objects.filter(done_at__isnull=True).exists()
