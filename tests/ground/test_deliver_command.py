"""`manage.py deliver`: delivers at once, sweeps every two seconds, and outlives a database that is away."""

import signal
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import OperationalError

from shop.events.management.commands import deliver
from shop.events.models import BookCheck

pytestmark = pytest.mark.django_db


class Loop:
    """The command with a clock of its own and scripted work; it is told to stop when the script is over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.log = 100.0, []
        self.busy: Iterator[object] = iter([])
        self.sweep: Callable[[], object] = lambda: None
        self.together: Iterator[int] = iter([])
        monkeypatch.setattr(deliver, "time", SimpleNamespace(monotonic=lambda: self.now, sleep=self.rest))
        monkeypatch.setattr(deliver, "signal", SimpleNamespace(**vars(signal) | {"signal": self.keep}))
        monkeypatch.setattr(deliver, "deliver_batch", self.deliver)
        monkeypatch.setattr(deliver, "sweep", lambda: (self.log.append(f"sweep {self.now:g}"), self.sweep()))
        monkeypatch.setattr(deliver, "sweep_together", lambda: next(self.together, 0))
        monkeypatch.setattr(deliver, "drain", lambda: self.log.append("drain"))
        monkeypatch.setattr(deliver, "begin_nightly", lambda: self.log.append("begin"))
        monkeypatch.setattr(deliver, "close_old_connections", lambda: self.log.append("close"))
        monkeypatch.setattr(deliver, "connection", SimpleNamespace(vendor="postgresql", close=lambda: None))
        self.handlers: dict[int, Callable[..., None]] = {}

    def keep(self, number: int, handler: Callable[..., None]) -> None:
        self.handlers[number] = handler

    def rest(self, seconds: float) -> None:
        self.log.append(f"rest {seconds:g}")
        self.now += seconds

    def deliver(self) -> int:
        step = next(self.busy, None)
        if step is None:
            self.handlers[signal.SIGTERM]()
            return 0
        if isinstance(step, Exception):
            raise step
        self.now += 0.5 if step else 0
        return step

    def run(self, *steps: object) -> list[str]:
        self.busy = iter(steps)
        call_command("deliver")
        return self.log


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    return Loop(monkeypatch)


def test_once_delivers_sweeps_and_delivers_what_the_sweep_made(loop: Loop) -> None:
    call_command("deliver", once=True)
    assert loop.log == ["drain", "sweep 100", "drain"]
    assert loop.handlers == {}


def test_it_rests_a_fifth_of_a_second_when_nothing_is_due(loop: Loop) -> None:
    assert loop.run(0) == ["begin", "sweep 100", "rest 0.2", "rest 0.2"]


def test_it_does_not_rest_while_there_is_work(loop: Loop) -> None:
    assert loop.run(1, 20) == ["begin", "sweep 100", "rest 0.2"]


def test_it_does_not_rest_while_rows_come_by_the_thousand(loop: Loop) -> None:
    loop.together = iter([100, 100, 3])
    assert loop.run(0, 0, 0, 0) == ["begin", "sweep 100", "rest 0.2", "rest 0.2"]


def test_it_sweeps_every_two_seconds(loop: Loop) -> None:
    assert loop.run(1, 1, 1, 1, 1) == ["begin", "sweep 100", "sweep 102", "rest 0.2"]


def test_on_one_writers_database_it_leaves_others_as_much_time_as_it_took(loop: Loop) -> None:
    deliver.connection.vendor = "sqlite"
    assert loop.run(1, 0) == ["begin", "sweep 100", "rest 0.5", "rest 0.2", "rest 0.2"]


def test_a_database_that_is_away_is_asked_again_after_a_second(loop: Loop) -> None:
    log = loop.run(OperationalError("away"), 0)
    assert log == ["begin", "sweep 100", "close", "rest 1", "rest 0.2", "rest 0.2"]


def test_a_sweep_that_failed_is_not_repeated_before_its_time(loop: Loop) -> None:
    def fail() -> None:
        loop.sweep = lambda: None
        raise OperationalError("away")

    loop.sweep = fail
    assert loop.run(0) == ["begin", "sweep 100", "close", "rest 1", "rest 0.2", "rest 0.2"]


def test_the_nights_row_is_made_once_the_database_is_there(loop: Loop, monkeypatch) -> None:
    tries = iter([OperationalError("away"), None])

    def begin() -> None:
        loop.log.append("begin")
        if error := next(tries):
            raise error

    monkeypatch.setattr(deliver, "begin_nightly", begin)
    assert loop.run(0)[:5] == ["begin", "close", "rest 1", "begin", "sweep 101"]


def test_both_signals_end_it(loop: Loop) -> None:
    loop.run()
    assert set(loop.handlers) == {signal.SIGTERM, signal.SIGINT}


def test_what_is_no_trouble_of_the_database_is_not_hidden(loop: Loop) -> None:
    with pytest.raises(ValueError, match="a bug"):
        loop.run(ValueError("a bug"))
    assert not BookCheck.objects.exists()
