"""All workers together ask a merchant's gateway twenty times at once and ten times a second, by a real Redis."""

import threading
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest

from orders.payments import line
from orders.payments.line import ASKED_A_SECOND, ASKED_AT_ONCE, wait_for_turn


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every time somebody slept, and for how long; they do sleep."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr(line, "time", SimpleNamespace(sleep=sleep))
    return waits


def take_turns(mchid: str, count: int) -> float:
    """How long so many turns took."""
    began = time.monotonic()
    for _ in range(count):
        wait_for_turn(mchid)
    return time.monotonic() - began


def test_twenty_at_once_wait_for_nobody(slept: list[float]) -> None:
    assert (ASKED_AT_ONCE, ASKED_A_SECOND) == (20, 10)
    take_turns(str(uuid4()), 20)
    assert slept == []


def test_then_ten_a_second_no_more_and_no_fewer(slept: list[float]) -> None:
    # A slow machine makes the whole longer, never what was slept.
    assert take_turns(str(uuid4()), 30) > 0.99
    assert 0.5 < sum(slept) < 1.05


def test_one_merchants_workers_do_not_hold_up_anothers(slept: list[float]) -> None:
    take_turns(str(uuid4()), 20)
    take_turns(str(uuid4()), 20)
    assert slept == []


def test_several_workers_share_the_turns(slept: list[float]) -> None:
    mchid, began = str(uuid4()), time.monotonic()
    threads = [threading.Thread(target=take_turns, args=(mchid, 10)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began > 0.99


def test_nobody_holds_a_connection_while_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(line, "give_back_connections", lambda: given.append(1))
    wait_for_turn(str(uuid4()))
    assert given == [1]
