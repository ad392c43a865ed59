"""A counterparty that is slow or silent takes a few threads, and none while it rests."""

import threading
import time
from contextlib import ExitStack

import pytest

from shop.clients import circuit
from shop.clients.circuit import AT_ONCE, FAILURES, MAY_WAIT, Circuit, Crowded, Resting, circuit_of
from shop.clients.errors import BadCredentials, Rejected, Unknown, Unreachable
from shop.http.handler import THREADS


def fail(line: Circuit, error: Exception) -> None:
    with pytest.raises(type(error)), line.call():
        raise error


def rest(line: Circuit) -> None:
    for _ in range(FAILURES):
        fail(line, Unknown("silence"))


def pass_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    later = time.monotonic() + seconds
    monkeypatch.setattr(circuit.time, "monotonic", lambda: later)


@pytest.fixture
def line() -> Circuit:
    return Circuit()


def test_after_some_failures_in_a_row_nobody_is_asked(line: Circuit) -> None:
    rest(line)
    with pytest.raises(Resting), line.call():
        pytest.fail("the call was made")


def test_an_answer_in_between_begins_the_count_anew(line: Circuit) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(line, Unreachable("away"))
        with line.call():
            pass


@pytest.mark.parametrize("error", [Rejected("ORDERPAID", "", 400), BadCredentials("unreadable")])
def test_a_refusal_is_an_answer(error: Exception, line: Circuit) -> None:
    for _ in range(2 * FAILURES):
        fail(line, error)


def test_who_is_asked_too_often_is_left_alone(line: Circuit) -> None:
    for _ in range(FAILURES):
        fail(line, Rejected("RATELIMIT_EXCEEDED", "", 429))
    with pytest.raises(Resting), line.call():
        pytest.fail("the call was made")


def test_after_the_rest_one_call_finds_out(monkeypatch: pytest.MonkeyPatch, line: Circuit) -> None:
    rest(line)
    pass_time(monkeypatch, circuit.REST_S + 1)
    with line.call(), pytest.raises(Resting), line.call():
        pytest.fail("a second call was made")
    with line.call():
        pass


def test_if_that_one_fails_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch, line: Circuit) -> None:
    rest(line)
    pass_time(monkeypatch, circuit.REST_S + 1)
    fail(line, Unknown("silence"))
    with pytest.raises(Resting), line.call():
        pytest.fail("the call was made")


class Callers:
    """Threads that hold a call open until they are told to end."""

    def __init__(self, line: Circuit) -> None:
        self.line = line
        self.end = threading.Event()
        self.inside = 0
        self.most = 0
        self.crowded = 0
        self._lock = threading.Lock()

    def run(self, count: int, *, seconds: float) -> None:
        threads = [threading.Thread(target=self._call) for _ in range(count)]
        for thread in threads:
            thread.start()
        self.end.wait(seconds)
        self.end.set()
        for thread in threads:
            thread.join()

    def _call(self) -> None:
        try:
            with self.line.call():
                with self._lock:
                    self.inside += 1
                    self.most = max(self.most, self.inside)
                self.end.wait()
                with self._lock:
                    self.inside -= 1
        except Crowded:
            with self._lock:
                self.crowded += 1


def test_few_calls_are_under_way_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "WAIT_S", 0.05)
    callers = Callers(Circuit())
    callers.run(AT_ONCE + MAY_WAIT + 10, seconds=0.5)
    assert (callers.most, callers.crowded) == (AT_ONCE, MAY_WAIT + 10)


def test_who_waits_gets_the_place_of_one_that_ends() -> None:
    callers = Callers(Circuit())
    callers.run(AT_ONCE + MAY_WAIT, seconds=0.1)
    assert callers.crowded == 0


def test_places_are_given_back_after_failures(line: Circuit) -> None:
    for _ in range(AT_ONCE + MAY_WAIT + 1):
        fail(line, Rejected("NO", "", 400))
    with line.call():
        pass


def test_other_credentials_have_a_line_of_their_own() -> None:
    rest(circuit_of("https://pay", "1900000001", "old"))
    with circuit_of("https://pay", "1900000001", "new").call():
        pass
    assert circuit_of("https://pay", "1") is circuit_of("https://pay", "1")


def test_all_counterparties_together_leave_threads_for_pages() -> None:
    lines = [Circuit() for _ in range(3)]
    with ExitStack() as calls:
        for number in range(circuit.IN_ALL):
            calls.enter_context(lines[number % 3].call())
        with pytest.raises(Crowded), Circuit().call():
            pytest.fail("the call was made")
    assert circuit.IN_ALL < THREADS
    with lines[0].call():
        pass
