"""A buyer who presses twice: one cancellation, and both presses hear that it is done."""

from contextlib import nullcontext

import pytest

from orders.desk.api import buyer as buttons
from orders.services.steps import receive_order
from shop.events.models import Event
from tests import cast
from tests.expect import fresh
from tests.races.conftest import codes_of, run_together


def count(order, verb: str) -> int:
    return Event.objects.filter(kind="order", subject_id=order.pk, verb=verb).count()


@pytest.fixture
def cancel_twice():
    order = cast.place()
    actor = cast.buyer(order)
    return order, [lambda: buttons.cancel_for_buyer(fresh(order), actor=actor)] * 2


def test_cancelling_twice_at_once_is_done_once_and_told_to_both(cancel_twice):
    order, acts = cancel_twice
    assert codes_of(run_together(acts)) == ["ok", "ok"]
    assert count(order, "order.cancel_unpaid") == 1


def test_otherwise_one_of_them_is_refused(cancel_twice, monkeypatch):
    order, acts = cancel_twice
    monkeypatch.setattr(buttons, "unless_done", lambda *_args: nullcontext())
    assert codes_of(run_together(acts)) == ["already_done", "ok"]
    assert count(order, "order.cancel_unpaid") == 1


def test_without_the_lock_stock_and_version_are_the_last_guards(
    cancel_twice, monkeypatch, switch_off_order_lock
):
    order, acts = cancel_twice
    monkeypatch.setattr(buttons, "unless_done", lambda *_args: nullcontext())
    switch_off_order_lock(2)
    assert codes_of(run_together(acts)).count("ok") == 1
    assert count(order, "order.cancel_unpaid") == 1


def test_receiving_twice_at_once_too():
    order = cast.shipped_order()
    actor = cast.buyer(order)

    def receive():
        with buttons.unless_done(order, ("order.receive",), actor):
            receive_order(order.pk, actor=actor)

    assert codes_of(run_together([receive, receive])) == ["ok", "ok"]
    assert count(order, "order.receive") == 1
