"""The line to one counterparty: few calls at a time, and a rest while it does not answer.

Without it a sick gateway takes every thread of a process: each call waits for its timeout, and pages and callbacks
wait behind them. (Bulkhead and circuit breaker, as in Nygard, "Release It!", chapter 5.)
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shop.clients.errors import ClientError, Rejected, Unknown, Unreachable
from shop.clients.waiting import let_go

AT_ONCE = 20
"""Calls under way in one process; it has forty threads (`shop/http/handler.py`), and pages need the others."""
MAY_WAIT = 8
IN_ALL = 32
"""Of all counterparties together: if all are slow, pages and callbacks still have threads."""
WAIT_S = 0.5
FAILURES = 5
"""So many in a row, and the line rests."""
REST_S = 10.0
TOO_MANY_REQUESTS = 429


class Crowded(Unreachable):
    """So many calls are under way that this one was not made."""


class Resting(Unreachable):
    """The last calls all failed, so this one was not made; after REST_S one is let through to find out."""


class Circuit:
    """A bulkhead and a breaker in one, shared by the threads of a process."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._door = threading.BoundedSemaphore(AT_ONCE + MAY_WAIT)
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Make one call inside, which ends in one ClientError or none. Raises Crowded, Resting."""
        let_go()
        with _entered(_everybody), _entered(self._door), _entered(self._places, wait_s=WAIT_S):
            self._refuse_while_resting()
            try:
                yield
            except ClientError as error:
                self._note(has_failed=_is_failure(error))
                raise
            self._note(has_failed=False)

    def _refuse_while_resting(self) -> None:
        with self._lock:
            if self._failures < FAILURES:
                return
            if time.monotonic() < self._rests_until:
                raise Resting("The last calls failed.")
            # This one finds out; the others wait for what it hears.
            self._rests_until = time.monotonic() + REST_S

    def _note(self, *, has_failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if has_failed else 0
            if self._failures == FAILURES:
                self._rests_until = time.monotonic() + REST_S


_everybody = threading.BoundedSemaphore(IN_ALL)


@contextmanager
def _entered(places: threading.BoundedSemaphore, *, wait_s: float = 0) -> Iterator[None]:
    if not (places.acquire(timeout=wait_s) if wait_s else places.acquire(blocking=False)):
        raise Crowded("Many calls are under way, and they are slow.")
    try:
        yield
    finally:
        places.release()


def _is_failure(error: ClientError) -> bool:
    """Whether the other side does not answer, or asks to be left alone; a refusal is an answer."""
    if isinstance(error, Rejected):
        return error.status == TOO_MANY_REQUESTS
    return isinstance(error, Unknown | Unreachable)


_circuits: dict[tuple[str, ...], Circuit] = {}
_lock = threading.Lock()


def circuit_of(*counterparty: str) -> Circuit:
    """The circuit of this address, merchant and key: other credentials have their own."""
    with _lock:
        return _circuits.setdefault(counterparty, Circuit())


def forget_circuits() -> None:
    """Ask everybody again at once."""
    with _lock:
        _circuits.clear()
