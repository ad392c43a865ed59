"""Statements that PostgreSQL plans once per connection instead of each time.

Planning takes as long as most of our statements run. It is left as it is, though, where the best plan depends on the
values: a search by trigrams with a plan for any word reads the whole table. So nothing is prepared but what runs
inside `prepared()`: look-ups by unique keys and inserts, whose plan is always the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


@contextmanager
def prepared() -> Iterator[None]:
    """Statements inside are bound by the server and kept prepared from their third time on, if settings allow.

    On SQLite, which keeps its own, nothing changes.
    """
    connection.ensure_connection()
    server = connection.connection
    if connection.vendor != "postgresql" or server.prepare_threshold is None:
        yield
        return
    usual, server.cursor_factory = server.cursor_factory, ServerBindingCursor
    try:
        yield
    finally:
        server.cursor_factory = usual
