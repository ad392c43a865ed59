"""Measuring calls in milliseconds."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def measure(call: Callable[[], Any], rounds: int) -> list[float]:
    """Milliseconds of each of `rounds` calls after one that warms up."""
    call()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def find_p95(times: Sequence[float]) -> float:
    """What 95 of 100 do not exceed; of fewer than twenty the longest."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


class DatabaseTime:
    """The time a call spends in the database, and how many questions it asks there."""

    def __init__(self) -> None:
        self.queries = 0
        self._spent = 0.0

    def measure(self, call: Callable[[], Any], rounds: int) -> list[float]:
        """Milliseconds of each of `rounds` calls after one that warms up."""
        call()
        times = []
        for _ in range(rounds):
            self.queries, self._spent = 0, 0.0
            with connection.execute_wrapper(self._time):
                call()
            times.append(self._spent * 1000)
        return times

    def _time(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self._spent += time.perf_counter() - began
            self.queries += 1
