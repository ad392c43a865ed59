"""An import as a person makes it: choose a file, let it be checked, look, confirm."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shop.jobs.models import Job, JobRow
from shop.jobs.running import run_slice

JOBS = "/console/jobs/"


def upload(client: Client, url: str, raw: bytes, name: str = "商品.xlsx", key: str = "") -> Any:
    return client.post(url, {"sheet": SimpleUploadedFile(name, raw), "key": key})


def send(client: Client, url: str, raw: bytes, name: str = "商品.xlsx") -> Job:
    """The job of an uploaded sheet after the worker has checked it."""
    response = upload(client, url, raw, name)
    assert response.status_code == 302, response.content.decode()
    job = Job.objects.latest("pk")
    assert response["Location"] == f"{JOBS}{job.pk}/"
    return work(job)


def work(job: Job) -> Job:
    while run_slice(job.pk):
        pass
    job.refresh_from_db()
    return job


def look(client: Client, job: Job, query: str = "") -> str:
    """The page of the job."""
    return client.get(f"{JOBS}{job.pk}/{query}").content.decode()


def confirm(client: Client, job: Job) -> Job:
    """Press the button, and let the worker do what was confirmed."""
    assert client.post(f"{JOBS}{job.pk}/confirm/").status_code == 302
    return work(job)


def list_fates(job: Job) -> list[tuple[int, str]]:
    """(row, fate) of every row."""
    return [(row.position, row.fate or "") for row in list_rows(job)]


def list_rows(job: Job) -> list[JobRow]:
    return list(job.rows.order_by("position"))
