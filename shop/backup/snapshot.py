"""One unmoving view of the database, without holding up those who write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside was true at one moment."""
    if connection.vendor == "sqlite":
        # Django's own transactions are IMMEDIATE here: they would take the write lock for the whole backup.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def one_moment() -> Iterator[None]:
    """As `snapshot`; within a transaction, whose view is its own affair, nothing more."""
    if connection.in_atomic_block:
        yield
    else:
        with snapshot():
            yield
