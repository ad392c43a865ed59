"""make_job, repeat_failed, cancel_job"""

import pytest
from django.db import connection

from shop.actor import Actor
from shop.errors import Refused
from shop.events.delivery import drain
from shop.events.models import Event
from shop.jobs import services
from shop.jobs.models import Job, JobRow, JobState
from shop.jobs.running import run_slice
from shop.jobs.services import cancel_job, make_job, repeat_failed
from tests.cast import actor_of, make_staff
from tests.expect import refused
from tests.jobs.kinds import NAME, Counting, subjects_of


def made(editor: Actor, ids: range = range(1, 4), key: str = "key") -> Job:
    return make_job(NAME, actor=editor, key=key, subjects=subjects_of(ids))


def test_a_job_has_a_row_for_each_subject_in_order(
    counting: Counting, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    job = made(editor, range(11, 16))
    assert job.total == 5
    rows = JobRow.objects.filter(job=job).order_by("position").values_list("position", "subject_id", "ref")
    assert list(rows) == [(n, n + 10, f"ref-{n + 10}") for n in range(1, 6)]


def test_it_is_enqueued_by_the_delivery_of_its_event(
    counting: Counting, editor: Actor, sent_tasks: list[tuple[str, int]]
) -> None:
    job = made(editor)
    assert sent_tasks == []
    drain()
    assert sent_tasks == [("run_job", job.pk)]


def test_what_was_filtered_by_is_not_readable_in_the_database(counting: Counting, editor: Actor) -> None:
    job = make_job(NAME, actor=editor, key="all", parameters={"filter": {"phone": "13800005678"}})
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_parameters FROM jobs_job WHERE id = %s", [job.pk])
        assert "13800005678" not in cursor.fetchone()[0]
    job.refresh_from_db()
    assert job.parameters == {"filter": {"phone": "13800005678"}}


def test_what_was_filtered_by_is_forgotten_when_the_job_has_ended(counting: Counting, editor: Actor) -> None:
    job = make_job(NAME, actor=editor, key="all", parameters={"filter": {"phone": "13800005678"}})
    cancel_job(job.pk, actor=editor)
    job.refresh_from_db()
    assert job.sealed_parameters == ""


def test_the_same_press_twice_is_one_job(counting: Counting, editor: Actor) -> None:
    assert made(editor).pk == made(editor).pk
    assert Job.objects.count() == 1
    assert made(editor, key="another").pk != made(actor_of(make_staff("manager"))).pk
    assert Job.objects.count() == 3


def test_who_may_not_do_the_verb_makes_no_job(counting: Counting) -> None:
    with refused("forbidden"):
        made(actor_of(make_staff("warehouse")))
    assert not Job.objects.exists()


def test_nothing_chosen_and_too_much_leave_nothing_behind(
    counting: Counting, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="Choose something"):
        made(editor, range(0))
    monkeypatch.setattr(services, "LIMIT", 3)
    with pytest.raises(Refused, match="At most 3"):
        made(editor, range(1, 5))
    assert not Job.objects.exists()
    assert not Event.objects.filter(kind="job").exists()


def test_repeating_takes_the_failed_rows_only(counting: Counting, editor: Actor) -> None:
    counting.refused = {2, 3}
    job = made(editor, range(1, 5))
    run_slice(job.pk)
    counting.refused = {3}
    again = repeat_failed(job, actor=editor, key="again")
    run_slice(again.pk)
    again.refresh_from_db()
    assert (again.total, again.done, again.failed) == (2, 1, 1)
    assert counting.done == {1: 1, 4: 1, 2: 1}


def test_a_cancelled_job_is_over(counting: Counting, editor: Actor) -> None:
    job = made(editor)
    cancel_job(job.pk, actor=editor)
    assert run_slice(job.pk) is False
    assert counting.done == {}
    with refused("already_over"):
        cancel_job(job.pk, actor=editor)
    verbs = (
        Event.objects.filter(kind="job", subject_id=job.pk).order_by("number").values_list("verb", flat=True)
    )
    assert list(verbs) == ["job.make", "job.cancel"]


def test_only_its_maker_and_the_owner_cancel_a_job(counting: Counting, editor: Actor) -> None:
    job = made(editor)
    with refused("not_found", 404):
        cancel_job(job.pk, actor=actor_of(make_staff("manager")))
    cancel_job(job.pk, actor=actor_of(make_staff("owner")))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
