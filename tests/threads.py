"""What others do while a test does its own: again and again, or holding on to a row."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet


@contextmanager
def meanwhile(*acts: Callable[[], object]) -> Iterator[None]:
    """Do each of these again and again, at least once, in a thread of its own until the block ends."""
    stopping = threading.Event()

    def repeat(act: Callable[[], object]) -> None:
        act()
        while not stopping.is_set():
            act()
        connection.close()

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


@contextmanager
def held(rows: QuerySet[Any]) -> Iterator[None]:
    """Somebody else's transaction holds these rows until the block ends."""
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(rows.select_for_update())
            holding.set()
            release.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(20)
    try:
        yield
    finally:
        release.set()
        holder.join()
