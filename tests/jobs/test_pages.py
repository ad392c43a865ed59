"""/console/jobs/…"""

import re

import pytest
from django.test import Client

from shop.jobs.models import Job, JobState
from shop.jobs.running import run_slice
from shop.jobs.services import make_job
from shop.staff.models import StaffUser
from tests.cast import actor_of, make_staff
from tests.console import page_with, sign_in
from tests.expect import count_queries
from tests.jobs.kinds import NAME, Counting, subjects_of

URL = "/console/jobs/"


@pytest.fixture
def maker() -> StaffUser:
    return make_staff("order_clerk")


@pytest.fixture
def job(counting: Counting, maker: StaffUser) -> Job:
    counting.refused = {2}
    return make_job(NAME, actor=actor_of(maker), key="key", subjects=subjects_of(range(1, 4)))


def page(client: Client, path: str, **headers: str) -> str:
    return page_with(200, client.get(path, headers=headers))


def test_everybody_sees_their_own_jobs_and_the_owner_all(job: Job, maker: StaffUser) -> None:
    address = f"{URL}{job.pk}/"
    for user, status in ((maker, 200), (make_staff("owner"), 200), (make_staff("manager"), 404)):
        client = sign_in(user)
        assert client.get(address).status_code == status
        assert (address in page(client, URL)) is (status == 200)


def test_the_page_shows_numbers_and_a_verdict_with_its_link_per_row(job: Job, maker: StaffUser) -> None:
    client = sign_in(maker)
    assert f'data-live="job:{job.pk}"' in page(client, f"{URL}{job.pk}/")
    run_slice(job.pk)
    shown = page(client, f"{URL}{job.pk}/")
    assert "3 of 3" in shown
    assert "1 failed" in shown
    assert re.findall(r'<tr data-href="(/ref-\d/)"', shown) == ["/ref-1/", "/ref-2/", "/ref-3/"]
    assert "The order is closed." in shown
    assert "data-live=" not in shown


def test_the_failed_rows_are_shown_alone(job: Job, maker: StaffUser) -> None:
    run_slice(job.pk)
    shown = page(sign_in(maker), f"{URL}{job.pk}/?state=failed")
    assert re.findall(r'<tr data-href="(/ref-\d/)"', shown) == ["/ref-2/"]
    assert sign_in(maker).get(f"{URL}{job.pk}/?state=other").status_code == 404


def test_rows_come_in_pages(counting: Counting, maker: StaffUser) -> None:
    job = make_job(NAME, actor=actor_of(maker), key="many", subjects=subjects_of(range(1, 76)))
    first = page(sign_in(maker), f"{URL}{job.pk}/")
    assert first.count("<tr data-href") == 50
    assert "after=50" in first
    second = page(sign_in(maker), f"{URL}{job.pk}/?after=50")
    assert second.count("<tr data-href") == 25
    assert 'rel="next"' not in second


def test_htmx_gets_the_progress_alone_and_reloads_at_the_end(job: Job, maker: StaffUser) -> None:
    client = sign_in(maker)
    address = re.findall(r'hx-get="(/console/jobs/\d+/[^"]*)"', page(client, f"{URL}{job.pk}/"))[0]
    running = client.get(address, headers={"HX-Request": "true"})
    assert running.content.decode().count("<html") == 0
    assert "HX-Refresh" not in running
    run_slice(job.pk)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_page_reloads_when_a_job_has_found_what_it_acts_on(counting: Counting, maker: StaffUser) -> None:
    client = sign_in(maker)
    job = make_job(NAME, actor=actor_of(maker), key="all", parameters={})
    address = f"{URL}{job.pk}/?was=collecting"
    assert "HX-Refresh" not in client.get(address, headers={"HX-Request": "true"})
    Job.objects.update(state=JobState.RUNNING)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_failed_rows_are_repeated_once_however_often_it_is_pressed(
    counting: Counting, job: Job, maker: StaffUser
) -> None:
    run_slice(job.pk)
    client = sign_in(maker)
    key = re.search(r'name="key" value="(\w+)"', page(client, f"{URL}{job.pk}/"))
    assert key is not None
    answers = [client.post(f"{URL}{job.pk}/repeat/", {"key": key[1]}) for _ in range(2)]
    again = Job.objects.exclude(pk=job.pk).get()
    assert [answer["Location"] for answer in answers] == [f"{URL}{again.pk}/"] * 2
    assert list(again.rows.values_list("subject_id", flat=True)) == [2]


def test_who_lost_the_right_does_not_repeat(job: Job, maker: StaffUser) -> None:
    run_slice(job.pk)
    StaffUser.objects.filter(pk=maker.pk).update(role="warehouse")
    maker.refresh_from_db()
    client = sign_in(maker)
    assert "repeat" not in page(client, f"{URL}{job.pk}/")
    assert client.post(f"{URL}{job.pk}/repeat/").status_code == 403


def test_a_job_is_cancelled_by_its_button(job: Job, maker: StaffUser) -> None:
    client = sign_in(maker)
    assert f"{URL}{job.pk}/cancel/" in page(client, f"{URL}{job.pk}/")
    assert client.post(f"{URL}{job.pk}/cancel/")["Location"] == f"{URL}{job.pk}/"
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert f"{URL}{job.pk}/cancel/" not in page(client, f"{URL}{job.pk}/")


def test_others_cannot_touch_a_job(job: Job) -> None:
    client = sign_in(make_staff("manager"))
    assert client.get(f"{URL}{job.pk}/").status_code == 404
    client.post(f"{URL}{job.pk}/cancel/")
    assert client.post(f"{URL}{job.pk}/repeat/").status_code == 404
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_the_end_is_told_once_wherever_one_is(job: Job, maker: StaffUser) -> None:
    client = sign_in(maker)
    run_slice(job.pk)
    watched = page(client, f"{URL}watch/")
    assert f'name="job" value="{job.pk}"' in watched
    told = client.post(f"{URL}tell/", {"job": [str(job.pk)]})
    assert "Count: 2 done, 1 failed." in told["HX-Trigger"]
    assert '"tone": "warning"' in told["HX-Trigger"]
    assert "top-button" not in told.content.decode()
    assert "HX-Trigger" not in client.post(f"{URL}tell/", {"job": [str(job.pk), "x", "-1"]})


def test_a_running_job_is_not_told_and_nobody_tells_for_another(job: Job, maker: StaffUser) -> None:
    assert "HX-Trigger" not in sign_in(maker).post(f"{URL}tell/", {"job": [str(job.pk)]})
    run_slice(job.pk)
    assert "HX-Trigger" not in sign_in(make_staff("owner")).post(f"{URL}tell/", {"job": [str(job.pk)]})
    assert "HX-Trigger" in sign_in(maker).post(f"{URL}tell/", {"job": [str(job.pk)]})


def test_the_list_costs_the_same_however_many_jobs_there_are(counting: Counting, maker: StaffUser) -> None:
    client = sign_in(maker)
    make_job(NAME, actor=actor_of(maker), key="0", subjects=subjects_of([1]))
    few = count_queries(lambda: page(client, URL))
    for n in range(1, 12):
        make_job(NAME, actor=actor_of(maker), key=str(n), subjects=subjects_of([1]))
    assert count_queries(lambda: page(client, URL)) == few


def test_the_rows_stand_alone_too_for_a_page_on_which_they_change(job: Job, maker: StaffUser) -> None:
    run_slice(job.pk)
    client = sign_in(maker)
    part = client.get(f"{URL}{job.pk}/rows/?state=failed").content.decode()
    assert "ref-2" in part and "ref-1" not in part and "<html" not in part
    assert sign_in(make_staff("order_clerk")).get(f"{URL}{job.pk}/rows/").status_code == 404
