"""A buyer who presses twice: one cancellation, and both presses hear that it is done."""

import threading
from contextlib import nullcontext

import pytest

from orders.desk.api import buyer as buttons
from orders.payments.gateway import Closed
from orders.payments.services.attempts import open_attempt
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


class TestWhileTheGatewayIsAsked:
    """The buyer had begun to pay: the first press asks the gateway, the second finds it at that."""

    @pytest.fixture
    def acts(self, monkeypatch):
        order, refused, finished = cast.place(), threading.Event(), threading.Event()
        actor = cast.buyer(order)
        open_attempt(order.pk, actor=actor)

        def answer_late(_attempt):
            assert refused.wait(10)
            return Closed()

        def sleep(_seconds):
            refused.set()
            assert finished.wait(10)

        def press():
            try:
                buttons.cancel_for_buyer(fresh(order), actor=actor)
            finally:
                finished.set()
                refused.set()

        monkeypatch.setattr("orders.payments.services.closing.query_and_close", answer_late)
        monkeypatch.setattr(buttons, "sleep", sleep)
        return [press, press]

    def test_the_second_press_waits_and_hears_that_it_is_done(self, acts):
        assert codes_of(run_together(acts)) == ["ok", "ok"]

    def test_without_patience_it_is_refused(self, acts, monkeypatch):
        monkeypatch.setattr(buttons, "_PAUSES_S", ())
        assert codes_of(run_together(acts)) == ["closing", "ok"]


def test_receiving_twice_at_once_too():
    order = cast.shipped_order()
    actor = cast.buyer(order)

    def receive():
        with buttons.unless_done(order, ("order.receive",), actor):
            receive_order(order.pk, actor=actor)

    assert codes_of(run_together([receive, receive])) == ["ok", "ok"]
    assert count(order, "order.receive") == 1
