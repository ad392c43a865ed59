"""Measuring calls in milliseconds."""

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


def count_per_second(calls: Sequence[Callable[[int], Any]], seconds: float) -> float:
    """Calls a second, each callable in a thread of its own; stops the program when one fails.

    Each is told how often it was called before.
    """
    counts, end = [0] * len(calls), time.monotonic() + seconds
    failed: list[str] = []

    def run(at: int) -> None:
        try:
            while time.monotonic() < end and not failed:
                calls[at](counts[at])
                counts[at] += 1
        except (Exception, SystemExit) as error:  # a rate without this stream would be no rate
            failed.append(f"{type(error).__name__}: {error}")

    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(run, range(len(calls))))
    if failed:
        raise SystemExit(failed[0])
    return sum(counts) / seconds


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
