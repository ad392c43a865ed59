"""Connections to PostgreSQL that wait for it no longer than they should."""

import time
from typing import Any, ClassVar

import psycopg
from psycopg.abc import PQGen, Query

CHECK_S = 1.0
"""So long may a connection that lay in the pool take to show that it still works."""
GRACE_S = 1.0
"""The server has a limit of its own; it is given so much longer to say that it was reached."""


class PatientConnection(psycopg.Connection[Any]):
    """Gives up, and is closed, when the server leaves a statement without an answer.

    The limits of a server that cannot be reached reach nobody, and the kernel's help only where nobody else, such as
    a proxy, confirms its packets.
    """

    patience_s: ClassVar[float] = 0.0
    _is_checked = False

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        limit = CHECK_S if self._is_checked else self.patience_s + GRACE_S
        began = time.monotonic()
        try:
            return super().wait(gen, interval, limit if timeout is None else timeout)
        except psycopg.OperationalError:
            if time.monotonic() - began >= limit:
                self.close()
            raise

    def execute(self, query: Query, *arguments: Any, **options: Any) -> Any:
        """The empty query is the pool's question whether the connection works."""
        self._is_checked = query == ""
        try:
            return super().execute(query, *arguments, **options)
        finally:
            self._is_checked = False


def make_options(patience_s: float) -> dict[str, Any]:
    """Django's OPTIONS for a statement that may take `patience_s`, and half of that to wait for a lock; 0: no end.

    A transaction in which nothing happens ends after twice as long. A host that is gone is noticed within some ten
    seconds even between statements.
    """
    alive = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
    if not patience_s:
        return alive
    limits = {
        "statement_timeout": patience_s,
        "lock_timeout": patience_s / 2,
        "idle_in_transaction_session_timeout": 2 * patience_s,
    }
    options = " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())
    return alive | {"tcp_user_timeout": round(patience_s * 1000), "options": options}


def make_pool(size: int, patience_s: float) -> dict[str, Any]:
    """Django's OPTIONS["pool"]: waits 4 s for a free connection; one that cannot be made is soon tried anew."""
    pool: dict[str, Any] = {"min_size": 1, "max_size": size, "timeout": 4, "reconnect_timeout": 3}
    if patience_s:
        pool["connection_class"] = type("Patient", (PatientConnection,), {"patience_s": patience_s})
    return pool
