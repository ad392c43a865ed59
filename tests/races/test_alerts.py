"""An alert that is raised at the moment in which it ends, and two people who handle all there are."""

import threading

from django.db import connections, transaction

from notifications import services
from notifications.handlers import end_alerts, end_alerts_of_subject
from notifications.models import Alert, AlertKind, AlertSetting, HandledHow
from notifications.services import handle_alerts_up_to, raise_alert
from notifications.voice.selectors import list_alert_settings
from notifications.voice.services import choose_voiced_kinds
from orders.models import Order
from orders.services.steps import confirm_order
from shop import clock
from shop.catalog.stock.changes import correct_stock
from shop.errors import Refused
from shop.events.models import Event
from tests.cast import clerk, make_sku, paid_order

PATIENCE_S = 30.0


def event_of(order: Order, verb: str) -> Event:
    return Event.objects.get(order_id=order.pk, verb=verb)


def raise_while_the_clerk_confirms(order: Order, *, wait_s: float) -> Alert:
    """One deliverer has not committed the alert yet while another carries the clerk's move.

    The first commits when the second is through, at the latest after `wait_s`.
    """
    has_raised, may_commit = threading.Event(), threading.Event()

    def carry_paying() -> None:
        with transaction.atomic():
            raise_alert(AlertKind.NEW_ORDER, event_of(order, "order.pay"))
            has_raised.set()
            may_commit.wait(PATIENCE_S)
        connections.close_all()

    def carry_confirming() -> None:
        confirm_order(order.pk, actor=clerk())
        end_alerts(event_of(order, "order.confirm"))
        connections.close_all()

    paying, confirming = threading.Thread(target=carry_paying), threading.Thread(target=carry_confirming)
    paying.start()
    has_raised.wait(PATIENCE_S)
    confirming.start()
    confirming.join(wait_s)
    may_commit.set()
    paying.join()
    confirming.join()
    return Alert.objects.get()


def test_a_move_and_a_late_alert_cannot_miss_each_other():
    """The lock holds the second back, however long the first takes."""
    alert = raise_while_the_clerk_confirms(paid_order(), wait_s=1)
    assert alert.handled_how == HandledHow.MOVED


def test_without_the_lock_they_do(monkeypatch):
    monkeypatch.setattr("notifications.services.lock_row", lambda pk: Order.objects.get(pk=pk))
    alert = raise_while_the_clerk_confirms(paid_order(), wait_s=PATIENCE_S)
    assert alert.handled_at is None


def raise_while_stock_comes(*, wait_s: float) -> Alert:
    """One deliverer has not committed the alert yet while another carries the stock that came."""
    has_raised, may_commit, sku = threading.Event(), threading.Event(), make_sku(on_hand=50)
    correct_stock(sku.pk, on_hand=2, reason="盘点", actor=clerk())

    def carry_running_low() -> None:
        with transaction.atomic():
            raise_alert(AlertKind.LOW_STOCK, Event.objects.get(verb="sku.run_low"))
            has_raised.set()
            may_commit.wait(PATIENCE_S)
        connections.close_all()

    def carry_coming() -> None:
        correct_stock(sku.pk, on_hand=60, reason="到货", actor=clerk())
        end_alerts_of_subject(Event.objects.get(verb="sku.restocked"))
        connections.close_all()

    low, coming = threading.Thread(target=carry_running_low), threading.Thread(target=carry_coming)
    low.start()
    has_raised.wait(PATIENCE_S)
    coming.start()
    coming.join(wait_s)
    may_commit.set()
    low.join()
    coming.join()
    return Alert.objects.get()


def test_stock_that_comes_and_a_late_alert_cannot_miss_each_other():
    assert raise_while_stock_comes(wait_s=1).handled_how == HandledHow.OVER


def test_without_the_lock_of_the_subject_they_do(monkeypatch):
    monkeypatch.setattr(services, "lock_subject", lambda event: None)
    assert raise_while_stock_comes(wait_s=PATIENCE_S).handled_at is None


def test_two_who_handle_all_at_once_handle_each_alert_once(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 3)
    order = paid_order()
    Alert.objects.bulk_create(
        Alert(kind=AlertKind.URGE, order=order, event_id=1_000_000 + n, event_number=1, raised_at=clock.now())
        for n in range(40)
    )
    newest, barrier = Alert.objects.latest("pk").pk, threading.Barrier(2)
    done: dict[str, int] = {}

    def press(name: str) -> None:
        barrier.wait(PATIENCE_S)
        done[name] = handle_alerts_up_to(newest, actor=clerk(name=name))
        connections.close_all()

    people = [threading.Thread(target=press, args=[name]) for name in ("甲", "乙")]
    for person in people:
        person.start()
    for person in people:
        person.join(PATIENCE_S)
    assert sum(done.values()) == 40
    assert {name: Alert.objects.filter(handled_by_name=name).count() for name in done} == done


def save_from_two_pages(seen: dict[str, int]) -> list[str]:
    """Two owners save at one moment: one wants new orders silent, the other low stock."""
    barrier, codes = threading.Barrier(2), []

    def save(silent: AlertKind) -> None:
        barrier.wait(PATIENCE_S)
        try:
            choose_voiced_kinds(set(AlertKind) - {silent}, actor=clerk("owner"), seen=seen)
            codes.append("ok")
        except Refused as refusal:
            codes.append(refusal.code)
        connections.close_all()

    owners = [
        threading.Thread(target=save, args=[kind]) for kind in (AlertKind.NEW_ORDER, AlertKind.LOW_STOCK)
    ]
    for owner in owners:
        owner.start()
    for owner in owners:
        owner.join(PATIENCE_S)
    return sorted(codes)


def test_of_two_owners_one_is_told_to_look_again():
    """Both make the rows, which are there once; the second sees that the first has changed something."""
    seen = {row.kind: row.version for row in list_alert_settings()}
    assert save_from_two_pages(seen) == ["ok", "stale"]
    assert AlertSetting.objects.count() == len(AlertKind)
    assert AlertSetting.objects.filter(is_voiced=False).count() == 1


def test_without_the_versions_the_last_one_wins():
    assert save_from_two_pages({}) == ["ok", "ok"]
    assert AlertSetting.objects.count() == len(AlertKind)
    assert AlertSetting.objects.filter(is_voiced=False).count() == 1
