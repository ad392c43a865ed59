"""Several workers on one job."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from orders.models import Order
from orders.stages import Stage
from shop.events.models import Event
from shop.jobs import running
from shop.jobs.models import Job, JobRow, JobState, RowState
from shop.jobs.registry import KINDS, Subject
from shop.jobs.running import Holder, run_slice
from shop.jobs.services import make_job
from tests import cast
from tests.jobs.kinds import NAME, Counting, subjects_of
from tests.races.conftest import Rendezvous, run_together

ROWS = 30


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    counting = Counting()
    monkeypatch.setitem(KINDS, NAME, counting.as_kind())
    yield counting


def make() -> Job:
    editor = cast.actor_of(cast.make_staff("order_clerk"))
    return make_job(NAME, actor=editor, key="race", subjects=subjects_of(range(ROWS)))


def test_two_workers_do_each_row_once(counting: Counting) -> None:
    job = make()
    run_together([lambda: run_slice(job.pk)] * 4)
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == (JobState.DONE, ROWS, 0)
    assert counting.done == Counter(dict.fromkeys(range(ROWS), 1))


def test_without_the_lease_the_effect_is_seen_twice_and_the_verdict_is_the_last_guard(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: everybody gets the lease, and nobody notices to have lost it."""
    job, meeting = make(), Rendezvous(2)
    counting.before = lambda pk: meeting.meet() if pk == 0 else None

    def take_what_is_taken(job_id: int, **_options: object) -> Holder:
        return Holder(Job.objects.get(pk=job_id), KINDS[NAME], "anybody's")

    monkeypatch.setattr(running, "take_lease", take_what_is_taken)
    for tell in ("hold", "count"):
        monkeypatch.setattr(Holder, tell, lambda _holder, **_changes: None)
    run_together([lambda: run_slice(job.pk)] * 2)
    assert counting.done[0] == 2
    assert JobRow.objects.filter(job=job, position=1).get().state == RowState.DONE


def test_a_worker_that_wakes_up_after_its_lease_moves_no_order_twice() -> None:
    """A worker that was frozen past its lease wakes up in the middle of a row."""
    orders = [cast.paid_order() for _ in range(4)]
    maker = cast.actor_of(cast.make_staff("order_clerk"))
    job = make_job(
        "order.confirm",
        actor=maker,
        key="frozen",
        subjects=[Subject(order.pk, order.number) for order in orders],
    )
    frozen = running.take_lease(job.pk)
    assert frozen is not None
    Job.objects.filter(pk=job.pk).update(lease_until=job.created_at)

    def wake_up() -> Any:
        try:
            return running._do_unit(frozen, [job.rows.get(position=1)])
        except running.LeaseLost:
            return "lost"

    results = run_together([wake_up, lambda: run_slice(job.pk)])
    job.refresh_from_db()
    if job.is_open:  # The one that woke up renewed its lease first: the other found nothing to take.
        assert results == [None, False]
        Job.objects.filter(pk=job.pk).update(lease_until=job.created_at)
        run_slice(job.pk)
        job.refresh_from_db()
    assert (job.state, job.done, job.failed) == (JobState.DONE, 4, 0)
    moved = Event.objects.filter(verb="order.confirm")
    assert Counter(moved.values_list("subject_id", flat=True)) == Counter(order.pk for order in orders)
    assert set(Order.objects.values_list("stage", flat=True)) == {Stage.CONFIRMED}
