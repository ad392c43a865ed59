"""A job and its rows."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.words import read_kept


class JobState(models.TextChoices):
    COLLECTING = "collecting", _("Collecting")
    CHECKED = "checked", _("To confirm")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")


AT_WORK = (JobState.COLLECTING, JobState.RUNNING)
OPEN_STATES = (*AT_WORK, JobState.CHECKED)


class RowState(models.TextChoices):
    WAITING = "waiting", _("Not done")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(Versioned):
    """One verb over many subjects, made by one person; whoever holds `lease` works on it.

    `cursor` is where collecting goes on; `client_key` makes the same press twice one job. What people filter
    by may be a phone or a name, so the parameters are sealed, and gone when the job has ended. What was `typed` for
    its rows is sealed too, and stays, so that those that failed can be repeated.

    One made from a sheet bears its `file_name`. It is CHECKED, and rests, until its maker has seen what it would do;
    at `forget_at` it is given up where nobody confirmed it, and else the contents of its rows are deleted. `notes`
    are sentences by language.
    """

    subject_kind = "job"
    state_column = "state"

    kind = models.CharField(max_length=40)
    client_key = models.CharField(max_length=80)
    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=JobState)
    sealed_parameters = EncryptedTextField(bound_to=("made_by_id", "client_key"), blank=True, default="")
    sealed_typed = EncryptedTextField(
        bound_to=("made_by_id", "client_key"), blank=True, default="", db_default=""
    )
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
    file_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    notes = models.JSONField(null=True)
    forget_at = models.DateTimeField(null=True)

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
            models.Index(fields=["kind", "id"], name="job_upload_by_kind", condition=~Q(file_name="")),
            models.Index(fields=["forget_at"], name="job_to_forget", condition=Q(forget_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} ({self.kind})"

    @property
    def parameters(self) -> dict[str, Any]:
        return json.loads(self.sealed_parameters) if self.sealed_parameters else {}

    @property
    def typed(self) -> dict[str, Any]:
        """What its maker typed for every row, by the names of the arguments of `run_row`."""
        return json.loads(self.sealed_typed) if self.sealed_typed else {}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def notes_read(self) -> list[str]:
        """The notes in the reader's language."""
        return read_kept(self.notes, [])

    @property
    def tried(self) -> int:
        return self.done + self.failed

    @property
    def left(self) -> int:
        return max(self.total - self.tried, 0)


class JobFile(models.Model):
    """The sheet that a job is to be made of, as it was sent; gone as soon as its rows are kept or the job is over."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"sheet of job {self.job_id}"


class JobRow(models.Model):
    """One subject of a job and what became of it; `ref` is what people call the subject.

    A row of a sheet has no subject; its position is the number that spreadsheet programs show beside it, its `fate`
    what it would do, and its `unit` the first of the rows that are done together with it. `said` is the verdict by
    language; rows of former versions have theirs in `words`, in the language of the maker.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    subject_id = models.BigIntegerField(default=0)
    ref = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.WAITING)
    code = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=300, blank=True)
    said = models.JSONField(null=True)
    unit = models.IntegerField(null=True)
    fate = models.CharField(max_length=10, null=True)  # noqa: DJ001 - most rows are of no sheet: NULL takes no room

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_row_once")]
        indexes = [
            models.Index(
                fields=["job", "position"], name="job_row_waiting", condition=Q(state=RowState.WAITING)
            ),
            models.Index(
                fields=["job", "position"], name="job_row_failed", condition=Q(state=RowState.FAILED)
            ),
            models.Index(fields=["job", "unit"], name="job_row_unit", condition=Q(unit__isnull=False)),
            models.Index(
                fields=["job", "fate", "position"], name="job_row_fate", condition=Q(fate__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.position} of job {self.job_id}"

    @property
    def reason(self) -> str:
        """The verdict in the reader's language."""
        reason: str = read_kept(self.said, self.words)
        return reason


class RowContent(models.Model):
    """What stood in a row of a sheet and what it was found to mean, as `shop.jobs.sheets.content` writes it.

    Cells may hold what is personal, so they are sealed, and deleted a week after the job.
    """

    row = models.OneToOneField(JobRow, on_delete=models.CASCADE, primary_key=True, related_name="content")
    sealed = EncryptedTextField(bound_to=("row_id",))

    def __str__(self) -> str:
        return f"content of row {self.row_id}"
