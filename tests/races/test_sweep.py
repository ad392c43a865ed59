"""Several sweepers on the same due rows."""

import threading
from collections import Counter

import pytest
from django.db import transaction

from shop import clock, queues
from shop.events import registry, sweeping
from shop.events.models import StuckTimer
from shop.events.sweeping import BATCH, sweep
from tests.races.conftest import Rendezvous, run_together


class Work:
    """Rows that are due, and how often each was acted on."""

    def __init__(self, count: int) -> None:
        self.due = set(range(1, count + 1))
        self.acted: Counter[int] = Counter()
        self.rendezvous = Rendezvous(2)
        self._has_begun = threading.local()

    def find(self, now, skip, limit):
        return sorted(self.due - set(skip))[:limit]

    def act(self, pk):
        """The first of each sweeper waits for the other's, so that neither is done before both have chosen."""
        if not hasattr(self._has_begun, "yes"):
            self._has_begun.yes = True
            self.rendezvous.meet()
        self.acted[pk] += 1


@pytest.fixture
def work(monkeypatch) -> Work:
    work = Work(2 * BATCH)
    shared = registry.Timer("test.shared", work.find, work.act, outside=False, queue=queues.GENERAL)
    monkeypatch.setattr(sweeping, "TIMERS", {shared.name: shared})
    return work


def test_two_sweepers_share_the_rows(work):
    assert run_together([sweep, sweep]) == [BATCH, BATCH]
    assert (len(work.acted), set(work.acted.values())) == (2 * BATCH, {1})


def test_without_claims_both_act_on_every_row(work, monkeypatch):
    monkeypatch.setattr(sweeping, "_claim", lambda _timer, ids: ids)
    run_together([sweep, sweep])
    assert set(work.acted.values()) == {2}


def test_one_whose_claim_was_over_and_whose_row_another_has_done_goes_on(monkeypatch):
    """Its batch took longer than the claim; what the other has done is then refused."""

    def act(pk):
        StuckTimer.objects.filter(timer="test.slow", subject_id=pk).delete()
        raise ValueError("it is done already")

    slow = registry.Timer("test.slow", lambda *_wanted: [1], act, outside=False, queue=queues.GENERAL)
    monkeypatch.setattr(sweeping, "TIMERS", {slow.name: slow})
    assert sweep() == 0
    assert not StuckTimer.objects.exists()


def test_a_sweeper_does_not_wait_for_rows_that_another_is_just_claiming(work):
    """It is left with nothing, and the round goes on; the rows are found again in the next one."""
    moment = clock.now()
    for pk in work.due:
        StuckTimer.objects.create(timer="test.shared", subject_id=pk, until=moment, attempts=0)
    work.rendezvous = Rendezvous(1)
    claiming, has_swept = threading.Event(), threading.Event()

    def hold() -> bool:
        with transaction.atomic():
            list(StuckTimer.objects.select_for_update())
            claiming.set()
            return has_swept.wait(5)

    def sweep_meanwhile() -> int:
        claiming.wait(5)
        acted = sweep()
        has_swept.set()
        return acted

    assert run_together([hold, sweep_meanwhile]) == [True, 0]
    assert sweep() == BATCH
