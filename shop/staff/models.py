"""People who work in the shop and sign in to the console."""

from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.access import ROLE_LABELS, ROLES, can_make_money, can_refund
from shop.events.models import Versioned

THEMES = ("light", "dark")
ACTIVE, DISABLED = "active", "disabled"


class StaffManager(BaseUserManager["StaffUser"]):
    def get_by_natural_key(self, username: str | None) -> "StaffUser":
        return self.get(username=username)


class StaffUser(AbstractBaseUser, Versioned):
    """Somebody who works in the shop.

    `store_ids` bind them to pickup stores, whose orders are all that they see; empty: they see every order. A column
    and no table, since each request reads it with the session; a store is never deleted.
    """

    subject_kind = "staff"
    state_labels: ClassVar[dict[str, Any]] = {ACTIVE: _("Working here"), DISABLED: _("Disabled")}

    username = models.CharField(_("user name"), max_length=40)
    display_name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=[(k, v) for k, v in ROLE_LABELS.items()])
    is_active = models.BooleanField(default=True)
    refund_limit_fen = models.PositiveIntegerField(_("refund limit"), null=True, blank=True)
    money_limit_fen = models.PositiveIntegerField(_("money limit"), null=True, blank=True)
    store_ids = models.JSONField(
        _("stores"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    must_change_password = models.BooleanField(default=False)
    theme = models.CharField(max_length=5, choices=[(name, name) for name in THEMES], default="light")
    created_at = models.DateTimeField()

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(fields=["username"], name="staff_username_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What colleagues read: the name, else the user name."""
        return self.display_name or self.username

    @property
    def present_state(self) -> str:
        return ACTIVE if self.is_active else DISABLED

    def enter(self, state: str) -> tuple[str, ...]:
        self.is_active = state == ACTIVE
        return ("is_active",)

    @property
    def may_make_money(self) -> bool:
        """Whether the money limit means anything for the role."""
        return can_make_money(ROLES.get(self.role, frozenset()))

    @property
    def may_refund(self) -> bool:
        """Whether the refund limit means anything for the role."""
        return can_refund(ROLES.get(self.role, frozenset()))


class StaffSession(AbstractBaseSession):
    """One signed-in device, and the session itself: deleting the row signs it out at its next request.

    `code` names the session in pages; the key itself is a secret of the device.
    """

    staff = models.ForeignKey(StaffUser, on_delete=models.CASCADE, null=True, related_name="sessions")
    code = models.CharField(max_length=16)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60, blank=True)

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class ListPreferences(models.Model):
    """How one person wants the order list; who never chose has no row and sees every column."""

    staff = models.OneToOneField(
        StaffUser, primary_key=True, on_delete=models.CASCADE, related_name="list_preferences"
    )
    hidden = models.JSONField(default=list)
    is_compact = models.BooleanField(default=False)

    class Meta:
        db_table = "staff_listlooks"

    def __str__(self) -> str:
        return f"list of {self.staff_id}"
