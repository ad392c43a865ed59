"""A job and its rows."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField
from shop.events.models import Versioned


class JobState(models.TextChoices):
    COLLECTING = "collecting", _("Collecting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")


OPEN_STATES = (JobState.COLLECTING, JobState.RUNNING)


class RowState(models.TextChoices):
    WAITING = "waiting", _("Not done")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(Versioned):
    """One verb over many subjects, made by one person; whoever holds `lease` works on it.

    `cursor` is where collecting goes on; `client_key` makes the same press twice one job. What people filter
    by may be a phone or a name, so the parameters are sealed, and gone when the job has ended.
    """

    subject_kind = "job"

    kind = models.CharField(max_length=40)
    client_key = models.CharField(max_length=80)
    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=JobState)
    sealed_parameters = EncryptedTextField(bound_to=("made_by_id", "client_key"), blank=True, default="")
    cursor = models.CharField(max_length=80, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    stop_reason = models.CharField(max_length=200, blank=True)
    is_told = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField()
    resume_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made_by_id", "client_key"], name="job_client_key_once")
        ]
        indexes = [
            models.Index(fields=["made_by_id", "-id"], name="job_by_maker"),
            models.Index(
                fields=["resume_at"],
                name="job_open",
                condition=Q(state__in=[JobState.COLLECTING, JobState.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} ({self.kind})"

    @property
    def parameters(self) -> dict[str, Any]:
        return json.loads(self.sealed_parameters) if self.sealed_parameters else {}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def tried(self) -> int:
        return self.done + self.failed

    @property
    def left(self) -> int:
        return max(self.total - self.tried, 0)


class JobRow(models.Model):
    """One subject of a job and what became of it; `ref` is what people call the subject."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    subject_id = models.BigIntegerField()
    ref = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.WAITING)
    code = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_row_once")]
        indexes = [
            models.Index(
                fields=["job", "position"], name="job_row_waiting", condition=Q(state=RowState.WAITING)
            ),
            models.Index(
                fields=["job", "position"], name="job_row_failed", condition=Q(state=RowState.FAILED)
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.position} of job {self.job_id}"
