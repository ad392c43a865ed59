"""Many people at one moment, each with a database connection of their own, and locks that can be switched off."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from weakref import WeakSet

import pytest
from django.db import DatabaseError, connection

from orders.models import Order
from shop.actor import Actor
from shop.errors import Refused
from shop.moves import services
from shop.store.models import StoreSettings
from tests import cast

Act = Callable[[], Any]
# Waiting for the others only makes a race surer. Who never comes, because another one has locked what it needs, is not
# waited for until that wait is refused, which is after four seconds.
RENDEZVOUS_S = 3.0


@pytest.fixture(autouse=True)
def open_shop(
    transactional_db: None, books_are_clean: None, sent_tasks: list[tuple[str, int]]
) -> StoreSettings:
    return cast.open_shop()


def run_together(acts: Sequence[Act]) -> list[Any]:
    """Run all at one moment; returns what each gave, or the refusal or database error it met."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = acts[index]()
        except (Refused, DatabaseError) as error:
            results[index] = error
        finally:
            connection.close()
            for rendezvous in [*Rendezvous.everywhere]:
                rendezvous.leave()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def codes_of(results: Sequence[Any]) -> list[str]:
    """What became of each: "ok", the refusal's code, or the name of the database's own error."""
    return sorted(
        r.code if isinstance(r, Refused) else type(r).__name__ if isinstance(r, Exception) else "ok"
        for r in results
    )


class Rendezvous:
    """All who come wait for each other, each time; who is through with what it does is waited for no more.

    Once somebody has waited in vain, nobody waits any more.
    """

    everywhere: ClassVar[WeakSet["Rendezvous"]] = WeakSet()

    def __init__(self, parties: int) -> None:
        self._parties, self._rounds, self._is_off = parties, 0, False
        self._here, self._gone = set[int](), set[int]()
        self._changed = threading.Condition()
        self.everywhere.add(self)

    def meet(self) -> None:
        with self._changed:
            self._here.add(threading.get_ident())
            this = self._rounds
            self._go_on_if_all_are_here()
            came = self._changed.wait_for(lambda: self._is_off or self._rounds > this, RENDEZVOUS_S)
            self._is_off |= not came
            self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self._gone.add(threading.get_ident())
            self._go_on_if_all_are_here()

    def _go_on_if_all_are_here(self) -> None:
        if len(self._here | self._gone) >= self._parties:
            self._here.clear()
            self._rounds += 1
            self._changed.notify_all()


@pytest.fixture
def switch_off_order_lock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make the lock helper read without locking, and let so many racers read before any of them writes."""

    def switch_off(racers: int) -> None:
        rendezvous, lock_row = Rendezvous(racers), services.lock_row

        def read_unlocked(model: type[Any], pk: int, *, actor: Actor | None = None) -> Any:
            if model is not Order:
                return lock_row(model, pk, actor=actor)
            order = Order.objects.get(pk=pk)
            rendezvous.meet()
            return order

        monkeypatch.setattr("shop.moves.services.lock_row", read_unlocked)

    return switch_off


@pytest.fixture
def switch_off_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No SELECT … FOR UPDATE locks anything."""
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda rows, **_options: rows.all()
    )
