"""Database connections are few: nobody keeps one while waiting for something else than the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_may_be_held: ContextVar[bool] = ContextVar("connections_may_be_held", default=False)


class HeldConnection(RuntimeError):
    """Somebody else's computer was to be asked inside a transaction, whose locks others would wait for."""


def give_back_connections() -> None:
    """Return this thread's connections to the pool; the next query takes one again.

    The pool has a few for each process, and by itself gives them back only when a request ends. Raises
    HeldConnection inside a transaction (one that a test wraps around itself does not count).
    """
    if _may_be_held.get():
        return
    for connection in connections.all(initialized_only=True):
        if _is_in_transaction(connection):
            raise HeldConnection(f"{connection.alias!r} is inside a transaction.")
        if not connection.in_atomic_block:
            connection.close()


def _is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    # Django marks the transactions of its own test cases, as for `atomic(durable=True)`.
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def wait_for_place(places: BoundedSemaphore, *, seconds: float) -> bool:
    """Take one of few places, at once or without a connection while waiting; whether there was one in time."""
    if places.acquire(blocking=False):
        return True
    give_back_connections()
    return places.acquire(timeout=seconds)


@contextmanager
def nobody_else() -> Iterator[None]:
    """For a process that has the database to itself, as when the demo's past is written: inside, it keeps its own."""
    token = _may_be_held.set(True)
    try:
        yield
    finally:
        _may_be_held.reset(token)
