"""Exports: sheets of many orders, made in the background for one person, once or again and again."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.files.models import ProducedFile


class SheetKind(models.TextChoices):
    """What a row of the sheet is."""

    ORDERS = "orders", _("Orders")
    LINES = "lines", _("Order lines")
    PARCELS = "parcels", _("Parcels")
    BUYERS = "buyers", _("Buyers")
    MONEY = "money", _("Payments and refunds")
    REFUNDS = "refunds", _("Refunds")
    AFTERSALES = "aftersales", _("After-sales")
    DELIVERY = "delivery", _("Delivery list")
    HANDED_OUT = "handed_out", _("Verifications")


class Format(models.TextChoices):
    XLSX = "xlsx", _("Excel (.xlsx)")
    CSV = "csv", _("Text with commas (.csv)")


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Waiting to start")
    RUNNING = "running", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


AT_WORK = (ExportState.WAITING, ExportState.RUNNING)


class Every(models.TextChoices):
    WEEK = "week", _("Every Monday, of the week before")
    MONTH = "month", _("On the first of each month, of the month before")


class ScheduleState(models.TextChoices):
    ACTIVE = "active", _("Repeats")
    STOPPED = "stopped", _("Stopped")


class ExportLayout(Versioned):
    """Columns of a kind of sheet, in their order, under a name: its maker's own, or the shop's (`is_shared`).

    `columns` may name some that a later version of the shop does not have any more.
    """

    subject_kind = "export_layout"

    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=80)
    sheet = models.CharField(_("what is exported"), max_length=10, choices=SheetKind)
    name = models.CharField(_("name"), max_length=40)
    is_shared = models.BooleanField(_("for everybody who exports"), default=False)
    columns = models.JSONField(_("columns"))
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made_by_id", "sheet", "name"], name="export_layout_of_one_once"),
            models.UniqueConstraint(
                fields=["sheet", "name"], condition=Q(is_shared=True), name="export_layout_of_shop_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExportSchedule(Versioned):
    """An export that repeats, with the rights that its maker has then; `hour` is of the shop's day.

    At `next_at` it is due; None once it was stopped. Its files show personal values masked. They have the columns of
    `layout` as these are then; `columns` are those of one without a layout, or whose layout is gone.
    """

    subject_kind = "export_schedule"
    state_column = "state"

    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=80)
    client_key = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    sheet = models.CharField(_("what is exported"), max_length=10, choices=SheetKind)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    columns = models.JSONField()
    layout = models.ForeignKey(
        ExportLayout, null=True, on_delete=models.SET_NULL, related_name="schedules", db_index=False
    )
    sealed_filter = EncryptedTextField(bound_to=("made_by_id", "client_key"))
    every = models.CharField(_("repeats"), max_length=5, choices=Every)
    hour = models.PositiveSmallIntegerField(_("hour"))
    state = models.CharField(_("state"), max_length=8, choices=ScheduleState)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made_by_id", "client_key"], name="export_schedule_key_once"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="export_schedule_hour"),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="export_schedule_due", condition=Q(next_at__isnull=False)),
            models.Index(
                fields=["made_by_id"],
                name="export_schedule_active_of",
                condition=Q(state=ScheduleState.ACTIVE),
            ),
        ]

    def __str__(self) -> str:
        return f"export schedule {self.pk}"

    @property
    def filter(self) -> dict[str, str]:
        """The filter of the order list without its dates, which each repetition sets anew."""
        found: dict[str, str] = json.loads(self.sealed_filter)
        return found


class Export(Versioned):
    """One sheet for one person; whoever holds `lease` writes it, from the beginning whenever it was broken off.

    `client_key` makes the same press twice one export. What people filter by may be a phone or a name, so what chooses
    the orders is sealed, and gone when the export has ended. `total` and `done` count what is gone through: orders, or
    buyers; `rows` is what stands in the file. `is_revealed`: personal values stand in it in full. The file goes by
    itself after a week, the row stays.
    """

    subject_kind = "export"
    state_column = "state"

    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=80)
    client_key = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    sheet = models.CharField(_("what is exported"), max_length=10, choices=SheetKind)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    columns = models.JSONField()
    sealed_parameters = EncryptedTextField(bound_to=("made_by_id", "client_key"), blank=True)
    is_revealed = models.BooleanField(default=False)
    schedule = models.ForeignKey(
        ExportSchedule, null=True, on_delete=models.PROTECT, related_name="exports", db_index=False
    )
    state = models.CharField(_("state"), max_length=9, choices=ExportState)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    reason = models.JSONField(null=True)
    """Why it failed, by language."""
    file = models.OneToOneField(ProducedFile, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField()
    resume_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made_by_id", "client_key"], name="export_client_key_once"),
            models.UniqueConstraint(
                fields=["made_by_id"],
                condition=Q(state__in=AT_WORK, schedule__isnull=True),
                name="one_export_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["made_by_id", "id"], name="export_by_maker"),
            models.Index(fields=["made_by_id"], name="export_with_file", condition=Q(file__isnull=False)),
            models.Index(fields=["resume_at"], name="export_at_work", condition=Q(state__in=AT_WORK)),
        ]

    def __str__(self) -> str:
        return f"export {self.pk} ({self.sheet})"

    @property
    def parameters(self) -> dict[str, Any]:
        return json.loads(self.sealed_parameters) if self.sealed_parameters else {}

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_expired(self) -> bool:
        """Whether its file was there and is gone."""
        return self.state == ExportState.DONE and self.file_id is None

    @property
    def standing(self) -> str:
        """What a page that shows it has to be renewed for: its state, or that its file is gone."""
        return "expired" if self.is_expired else self.state


class ColumnChoice(models.Model):
    """Which columns of a kind of sheet one person exported last, in their order."""

    pk = models.CompositePrimaryKey("staff_id", "sheet")
    staff_id = models.BigIntegerField()
    sheet = models.CharField(max_length=10, choices=SheetKind)
    columns = models.JSONField()

    def __str__(self) -> str:
        return f"columns of {self.staff_id} for {self.sheet}"
