"""The robots, and what each of them has to say of an alert."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.robots.choices import NoteState, Quiet, RobotKind
from shop.crypto import EncryptedTextField
from shop.events.models import Versioned


class Robot(Versioned):
    """One robot of a group. `url` is its address, which is a secret; `secret` is what it signs with, where it does.

    `keyword` stands in front of every message, for groups that take no other. `alert_kinds` are the kinds it speaks
    of; `only_unheard`: only of those that nobody can hear on any open page. `refused_at` and `refusal`: it says no
    for good, until it is changed or passes a test.

    What the tasks note is no part of its version: `lease_until` while one talks to it, `rests_until` before which
    nothing is sent, `failures` in a row.
    """

    subject_kind = "robot"

    kind = models.CharField(_("kind of robot"), max_length=10, choices=RobotKind)
    name = models.CharField(_("name of the robot"), max_length=30)
    url = EncryptedTextField(_("address"), bound_to=("kind",), blank=True)
    secret = EncryptedTextField(_("secret"), bound_to=("kind",), blank=True)
    keyword = models.CharField(_("keyword"), max_length=20, blank=True)
    alert_kinds = models.JSONField(_("kinds of alerts"), default=list)
    only_unheard = models.BooleanField(_("only when nobody can hear"), default=False)
    quiet = models.CharField(_("is quiet"), max_length=5, choices=Quiet, default=Quiet.SHOP)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_on = models.BooleanField(_("in use"), default=True)
    tested_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        """Whether it may speak."""
        return self.is_on and self.tested_at is not None and not (self.refused_at or self.removed_at)


class RobotNote(models.Model):
    """What one robot has to say of one alert, once; several that wait are said in one message.

    `due_at` while it waits. `sent_at` is set while the service may have heard of it, and stays with what was said.
    """

    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, related_name="notes", db_index=False)
    alert = models.ForeignKey("notifications.Alert", on_delete=models.CASCADE, related_name="robot_notes")
    state = models.CharField(max_length=8, choices=NoteState, default=NoteState.WAITING)
    left_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["robot", "alert"], name="robot_says_it_once")]
        indexes = [
            models.Index(fields=["robot", "id"], name="robot_said"),
            models.Index(fields=["due_at"], name="robot_note_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.robot} on alert {self.alert_id}"
