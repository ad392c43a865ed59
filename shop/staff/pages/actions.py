"""The buttons on the page of one person, with their forms."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.console.fields import text
from shop.http.api.fields import NO_CONTROL
from shop.staff.accounts import make_password_once, reset_password
from shop.staff.actions.forms import ActionForm
from shop.staff.actions.rows import Action
from shop.staff.models import StaffUser
from shop.staff.pages.forms import PersonFields
from shop.staff.services import (
    EDITABLE,
    MORE_RIGHTS,
    OWN_ACCOUNT,
    change_staff,
    disable_staff,
    enable_staff,
    is_own,
    may_manage,
)


class _OfSomebodyElse(ActionForm):
    @classmethod
    def find_obstacle(cls, user: StaffUser, actor: Actor) -> Any:
        return OWN_ACCOUNT if is_own(user, actor) else _find_more_rights(user, actor)


def _find_more_rights(user: StaffUser, actor: Actor) -> Any:
    return "" if may_manage(actor, user) else MORE_RIGHTS


class ChangeForm(PersonFields, ActionForm):
    name, act = "change", change_staff

    @classmethod
    def find_obstacle(cls, user: StaffUser, actor: Actor) -> Any:
        return _find_more_rights(user, actor)

    def set_up(self) -> None:
        self.initial = {name: getattr(self.subject, name) for name in EDITABLE}
        self.offer_roles(self.actor, present=self.subject.role)

    def read(self) -> dict[str, Any]:
        return {"changes": super().read()}


class ResetForm(_OfSomebodyElse):
    name, version = "reset", None

    def run(self, actor: Actor, _expected_version: int | None) -> str:
        """The new password, which is shown once."""
        password = make_password_once()
        reset_password(self.subject.pk, password=password, actor=actor)
        return password


class DisableForm(_OfSomebodyElse):
    name, act = "disable", disable_staff
    reason = text(_("Reason"), validators=[NO_CONTROL])


class EnableForm(_OfSomebodyElse):
    name, act = "enable", enable_staff
    reason = text(_("Reason"), validators=[NO_CONTROL])


_ROUTES = {"reset": "staff:reset_password"}


def find_action_url(user: StaffUser, name: str) -> str:
    return reverse(_ROUTES.get(name, f"staff:{name}"), args=[user.pk])


CHANGE = Action(
    "staff.change",
    ChangeForm,
    submit=_("Save changes"),
    done=_("Saved. It counts from their next click."),
    is_fresh=True,
    is_first=True,
)
DISABLE = Action(
    "staff.disable",
    DisableForm,
    title=_("Disable this account"),
    submit=_("Disable this account"),
    words=_("They are signed out everywhere at once and cannot sign in. You can enable them again."),
    done=_("Disabled, and signed out on every device."),
    is_grave=True,
)
ENABLE = Action(
    "staff.enable",
    EnableForm,
    title=_("Enable this account again"),
    words=_("They can sign in again with the password they had."),
    done=_("They can sign in again with their password."),
    is_fresh=True,
    is_first=True,
)
