"""Reading long lists and exports from a replica, where there is one (REPLICA_URL).

A replica lags by moments: whoever shows people what they have just changed reads the primary, which is what
everything outside `reading()` does.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections

logger = logging.getLogger(__name__)
REPLICA = "replica"
# Finding out that it is away takes seconds: not on every page.
PAUSE_S = 15.0
_paused_until = 0.0
_is_reading: ContextVar[bool] = ContextVar("reads_replica", default=False)


class ReplicaRouter:
    """Reads go to the replica inside `reading()`, everything else to the primary; only the primary migrates."""

    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        return REPLICA if _is_reading.get() else None

    def db_for_write(self, model: Any, **_hints: Any) -> str | None:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:
        return False if db == REPLICA else None


@contextmanager
def reading() -> Iterator[None]:
    """Queries evaluated inside may come from the replica; from the primary where it is missing or away.

    Inside a transaction the primary is read, which alone knows what the transaction has written.
    """
    token = _is_reading.set(_may_read_replica())
    try:
        yield
    finally:
        _is_reading.reset(token)


def _may_read_replica() -> bool:
    global _paused_until
    if REPLICA not in settings.DATABASES or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return False
    if time.monotonic() < _paused_until:
        return False
    try:
        connections[REPLICA].ensure_connection()
    except Error as error:
        _paused_until = time.monotonic() + PAUSE_S
        logger.warning("replica unavailable, reading the primary: %s", type(error).__name__)
        return False
    return True
