"""Timers against people who move the deadline at the last moment: the row was chosen before it was locked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from orders import timers
from orders.models import Order
from orders.payments.changes.pricing import choose_payment
from orders.services.steps import extend_receipt, hold_order, release_order
from orders.stages import Stage
from shop import clock
from shop.events import registry
from shop.events.models import StuckTimer
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, verbs_of
from tests.races.conftest import codes_of, run_together


def sweep_late(monkeypatch: pytest.MonkeyPatch, timer: str, meanwhile: Callable[[], object]) -> None:
    """One round of sweeping in which a person acts between the choice of the rows and their verb."""
    chosen = registry.TIMERS[timer]

    def find_then_act(*args):
        ids = chosen.find(*args)
        meanwhile()
        return ids

    late = replace(chosen, find=find_then_act)
    monkeypatch.setitem(registry.TIMERS, timer, late)
    sweep()


def test_a_receipt_extended_at_the_last_moment_is_not_received(monkeypatch):
    order = cast.shipped_order()
    with clock.at(order.receive_by):
        sweep_late(monkeypatch, "order.receive", lambda: extend_receipt(order.pk, actor=cast.buyer(order)))
    assert fresh(order).stage == Stage.SHIPPED
    assert not StuckTimer.objects.exists()


def test_an_order_held_anew_at_the_last_moment_is_not_released(monkeypatch):
    order = cast.paid_order()
    until = clock.now() + timedelta(hours=1)
    hold_order(order.pk, reason="等", release_at=until, actor=cast.clerk())

    def hold_longer():
        release_order(order.pk, actor=cast.clerk())
        hold_order(order.pk, reason="再等", release_at=until + timedelta(hours=1), actor=cast.clerk())

    with clock.at(until):
        sweep_late(monkeypatch, "order.release", hold_longer)
    assert fresh(order).is_held
    assert not StuckTimer.objects.exists()


def test_an_order_that_got_days_to_pay_at_the_last_moment_is_not_closed(monkeypatch):
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")
    order = cast.place()

    def choose_transfer():
        with clock.at(order.pay_by - timedelta(seconds=1)):
            choose_payment(order.pk, method=PayMethod.TRANSFER, actor=cast.buyer(order))

    with clock.at(order.pay_by):
        sweep_late(monkeypatch, "order.cancel_unpaid", choose_transfer)
    assert fresh(order).stage == Stage.UNPAID
    assert not StuckTimer.objects.exists()


def race(order: Order) -> list[object]:
    moment = order.receive_by

    def by_timer():
        with clock.at(moment):
            timers.receive_overdue(order.pk)

    def by_buyer():
        with clock.at(moment):
            extend_receipt(order.pk, actor=cast.buyer(order))

    return run_together([by_timer, by_buyer])


@pytest.mark.parametrize("_round", range(4))
def test_the_timer_and_the_buyer_at_once_have_one_winner(_round):
    order = cast.shipped_order()
    results = race(order)
    done = [verb for verb in verbs_of(order) if verb in ("receive", "extend")]
    assert len(done) == 1
    assert (fresh(order).stage == Stage.DONE) == (done == ["receive"])
    assert codes_of(results) in (["ok", "ok"], ["ok", "wrong_stage"])


def test_without_the_check_the_order_is_received_too_early(monkeypatch):
    monkeypatch.setattr("orders.services.steps.check_due", lambda *_args: None)
    order = cast.shipped_order()
    with clock.at(order.receive_by):
        sweep_late(monkeypatch, "order.receive", lambda: extend_receipt(order.pk, actor=cast.buyer(order)))
    assert fresh(order).stage == Stage.DONE


def test_without_the_lock_the_version_is_the_last_guard(switch_off_order_lock):
    order = cast.shipped_order()
    switch_off_order_lock(2)
    assert codes_of(race(order)) == ["ok", "stale"]
