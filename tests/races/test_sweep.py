"""Several sweepers on the same due rows."""

import threading
from collections import Counter

import pytest

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
    shared = registry.Timer("test.shared", work.find, work.act, outside=False, queue=registry.GENERAL)
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

    slow = registry.Timer("test.slow", lambda *_wanted: [1], act, outside=False, queue=registry.GENERAL)
    monkeypatch.setattr(sweeping, "TIMERS", {slow.name: slow})
    assert sweep() == 0
    assert not StuckTimer.objects.exists()
