"""run_slice: the worker's share of a job"""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils.translation import override

from shop import clock
from shop.actor import Actor
from shop.events.models import Event
from shop.events.sweeping import sweep
from shop.jobs import registry, running
from shop.jobs.models import Job, JobRow, JobState, RowState
from shop.jobs.registry import LIMIT
from shop.jobs.running import LEASE, LeaseLost, run_slice, take_lease
from shop.jobs.services import make_job, repeat_failed
from shop.jobs.tasks import run_job
from shop.staff.models import StaffUser
from tests.expect import count_queries
from tests.jobs.kinds import NAME, Counting, subjects_of


def make(editor: Actor, ids: range = range(1, 6)) -> Job:
    return make_job(NAME, actor=editor, key="key", subjects=subjects_of(ids))


def run(job: Job) -> Job:
    assert run_slice(job.pk) is False
    job.refresh_from_db()
    return job


def verdicts(job: Job) -> dict[int, tuple[str, str]]:
    return {row.subject_id: (row.state, row.code) for row in job.rows.all()}


def test_each_row_is_done_once_by_its_maker(counting: Counting, editor: Actor) -> None:
    job = run(make(editor))
    assert (job.state, job.total, job.done, job.failed) == (JobState.DONE, 5, 5, 0)
    assert counting.done == dict.fromkeys(range(1, 6), 1)
    assert {actor.id for actor in counting.actors} == {editor.id}
    assert job.started_at is not None
    assert job.finished_at is not None
    assert run_slice(job.pk) is False
    assert counting.done == dict.fromkeys(range(1, 6), 1)


def test_a_refused_row_has_the_reason_and_the_others_go_on(counting: Counting, editor: Actor) -> None:
    counting.refused, counting.broken = {2}, {4}
    job = run(make(editor))
    assert (job.state, job.done, job.failed) == (JobState.DONE, 3, 2)
    assert verdicts(job)[2] == (RowState.FAILED, "wrong_stage")
    assert job.rows.get(subject_id=2).reason == "The order is closed."
    assert verdicts(job)[4] == (RowState.FAILED, "server_error")
    assert "bug" not in job.rows.get(subject_id=4).reason
    end = Event.objects.get(kind="job", subject_id=job.pk, verb="job.finish")
    assert end.data == {"total": 5, "done": 3, "failed": 2}


def test_a_failed_row_leaves_no_half_effect(counting: Counting, editor: Actor) -> None:
    def write_then_break(subject_id: int) -> None:
        StaffUser.objects.filter(pk=editor.id).update(display_name=f"touched by {subject_id}")

    counting.before, counting.broken = write_then_break, {1}
    run(make(editor, range(1, 2)))
    assert not StaffUser.objects.filter(display_name="touched by 1").exists()


def test_verdicts_are_in_the_language_of_the_reader(counting: Counting, editor: Actor) -> None:
    counting.broken = {1}
    with override("zh-hans"):
        row = run(make(editor, range(1, 2))).rows.get()
        assert "Something" not in row.reason
    with override("en"):
        assert row.reason.startswith("Something went wrong")


def test_a_verdict_of_a_former_version_is_read_as_it_was_written() -> None:
    assert JobRow(words="订单已关闭").reason == "订单已关闭"


def test_subjects_are_collected_in_batches_up_to_the_limit(
    counting: Counting, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(NAME, actor=editor, key="all", parameters={"any": "thing"})
    assert (job.state, job.total) == (JobState.COLLECTING, 0)
    job = run(job)
    assert (job.state, job.total, job.done) == (JobState.DONE, 25, 25)
    assert list(job.rows.order_by("position").values_list("position", flat=True)) == list(range(1, 26))
    assert LIMIT == 100_000
    monkeypatch.setattr(registry, "LIMIT", 12)
    assert run(make_job(NAME, actor=editor, key="less", parameters={})).total == 12


def test_a_job_that_finds_nothing_ends(counting: Counting, editor: Actor) -> None:
    counting._total = 0
    job = run(make_job(NAME, actor=editor, key="none", parameters={}))
    assert (job.state, job.total) == (JobState.DONE, 0)


def test_whoever_was_disabled_meanwhile_does_nothing_more(counting: Counting, editor: Actor) -> None:
    job = make(editor)
    counting.before = lambda pk: (
        StaffUser.objects.filter(pk=editor.id).update(is_active=False) if pk == 3 else None
    )
    run(job)
    assert (job.state, job.done, job.left) == (JobState.STOPPED, 3, 2)
    assert "no longer works here" in job.stop_reason
    assert verdicts(job)[4] == (RowState.WAITING, "")


def test_whoever_was_given_another_role_does_nothing_more(counting: Counting, editor: Actor) -> None:
    job = make(editor)
    StaffUser.objects.filter(pk=editor.id).update(role="warehouse")
    run(job)
    assert (job.state, job.done) == (JobState.STOPPED, 0)
    assert counting.done == {}


def test_nobody_else_works_on_a_job_until_the_lease_ends(counting: Counting, editor: Actor) -> None:
    job = make(editor)
    assert take_lease(job.pk) is not None
    assert run_slice(job.pk) is False
    assert counting.done == {}
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert run(job).done == 5


def test_who_lost_the_lease_leaves_no_trace(counting: Counting, editor: Actor) -> None:
    job = make(editor)
    late = take_lease(job.pk)
    assert late is not None
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert take_lease(job.pk) is not None
    with pytest.raises(LeaseLost):
        running._do_unit(late, [job.rows.get(position=1)])
    job.refresh_from_db()
    assert (job.done, verdicts(job)[1]) == (0, (RowState.WAITING, ""))


def test_the_lease_is_renewed_with_every_row(counting: Counting, editor: Actor) -> None:
    job = make(editor, range(1, 2))
    holder = take_lease(job.pk)
    assert holder is not None
    Job.objects.update(lease_until=clock.now())
    holder.hold()
    job.refresh_from_db()
    assert job.lease_until > clock.now() + LEASE / 2


def test_a_long_job_gives_the_worker_back_and_queues_again(
    counting: Counting, editor: Actor, sent_tasks: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SLICE_S", 0.0)
    job = make(editor, range(1, 46))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.done, job.state) == (running.BATCH, JobState.RUNNING)
    assert sent_tasks == [("run_job", job.pk)]
    run_job(job.pk)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.done, counting.done.most_common(1)[0][1]) == (45, 1)


def test_jobs_that_wait_long_for_their_turn_do_not_fill_the_queue(
    counting: Counting, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue: list[tuple[Any, ...]] = []

    def work_on_one() -> None:
        done = sum(counting.done.values())
        while queue and sum(counting.done.values()) == done:
            run_job(*queue.pop(0))

    monkeypatch.setattr(running, "SLICE_S", 0.0)
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr("celery.app.task.Task.apply_async", lambda _task, args, *_more: queue.append(args))
    for number in range(5):
        run_job.delay(make_job(NAME, actor=editor, key=str(number), subjects=subjects_of(range(50))).pk)
    start = clock.now()
    for turn in range(40):
        with clock.at(start + timedelta(seconds=10 * turn)):
            work_on_one()
            sweep()
    assert len(queue) <= 15
    assert list(Job.objects.values_list("done", flat=True)) == [8] * 5


def test_an_outage_is_no_verdict(counting: Counting, editor: Actor) -> None:
    def lose_the_database(subject_id: int) -> None:
        if subject_id == 2:
            raise OperationalError("the server closed the connection")

    job = make(editor)
    counting.before = lose_the_database
    with pytest.raises(OperationalError):
        run_slice(job.pk)
    job.refresh_from_db()
    assert (job.done, job.state, verdicts(job)[2][0]) == (1, JobState.RUNNING, RowState.WAITING)
    counting.before = lambda _pk: None
    Job.objects.update(lease_until=clock.now())
    assert run(job).done == 5


def test_the_timer_goes_on_with_a_job_whose_worker_died(
    counting: Counting, editor: Actor, sent_tasks: list[tuple[str, int]]
) -> None:
    job = make(editor)
    take_lease(job.pk)
    Job.objects.update(resume_at=clock.now())
    sweep()
    assert ("run_job", job.pk) not in sent_tasks
    Job.objects.update(lease_until=clock.now())
    sweep()
    sweep()
    assert sent_tasks.count(("run_job", job.pk)) == 1


def test_the_timer_leaves_a_job_alone_that_has_ended(
    counting: Counting, editor: Actor, sent_tasks: list[tuple[str, int]]
) -> None:
    job = run(make(editor))
    Job.objects.update(lease_until=clock.now(), resume_at=clock.now())
    sweep()
    assert ("run_job", job.pk) not in sent_tasks


def test_a_row_that_already_has_a_verdict_is_not_done_again(counting: Counting, editor: Actor) -> None:
    job = make(editor)
    JobRow.objects.filter(position=1).update(state=RowState.DONE)
    Job.objects.update(done=1)
    assert run(job).done == 5
    assert 1 not in counting.done


def test_on_sqlite_a_job_rests_as_long_as_it_worked(
    counting: Counting, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    moments: Any = iter(range(1000))
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr(time, "sleep", rests.append)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(moments)) / 1000)
    run(make(editor))
    assert rests
    assert all(rest > 0 for rest in rests)


def test_the_queries_of_a_row_do_not_depend_on_how_many_there_are(counting: Counting, editor: Actor) -> None:
    def count(rows: int, key: str) -> int:
        job = make_job(NAME, actor=editor, key=key, subjects=subjects_of(range(rows)))
        return count_queries(lambda: run(job))

    few, more, most = count(20, "few"), count(40, "more"), count(80, "most")
    assert most - more == 2 * (more - few)
    assert (more - few) / 20 < 9


def test_each_row_is_given_what_was_typed_and_so_is_a_repeated_one(counting: Counting, editor: Actor) -> None:
    counting.refused, typed = {2}, {"courier": "ZTO", "remark": "轻放"}
    job = run(make_job(NAME, actor=editor, key="typed", subjects=subjects_of(range(1, 4)), typed=typed))
    assert counting.typed == [typed] * 3
    run(repeat_failed(job, actor=editor, key="again"))
    assert counting.typed == [typed] * 4


def test_what_was_typed_outlives_the_choice_of_rows_and_stays_sealed(
    counting: Counting, editor: Actor
) -> None:
    job = make_job(NAME, actor=editor, key="typed", parameters={"q": "林晓燕"}, typed={"remark": "轻放"})
    run(job)
    assert (job.parameters, job.typed) == ({}, {"remark": "轻放"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_typed FROM jobs_job WHERE id = %s", [job.pk])
        (stored,) = cursor.fetchone()
    assert stored and "轻放" not in stored and "remark" not in stored
