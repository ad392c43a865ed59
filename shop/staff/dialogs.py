"""The questions that are asked on the page of one person."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.http.dialogs import Dialog
from shop.staff.models import StaffUser
from shop.staff.services import ALREADY_DONE, MORE_RIGHTS, OWN_ACCOUNT, is_own, may_manage


@dataclass(frozen=True, kw_only=True)
class Question:
    """One of them. `needs_active`: asked about an account that is in use (True), or disabled (False)."""

    name: str
    route: str
    title: Any
    template: str
    needs_active: bool
    may_be_own: bool = False


CHANGE = Question(
    name="change",
    route="staff:change",
    title=_("Change role or limit"),
    template="staff/_change.html",
    needs_active=True,
    may_be_own=True,
)
RESET = Question(
    name="reset",
    route="staff:reset_password",
    title=_("Reset password"),
    template="staff/_reset.html",
    needs_active=True,
)
DISABLE = Question(
    name="disable",
    route="staff:disable",
    title=_("Disable this account"),
    template="staff/_disable.html",
    needs_active=True,
)
ENABLE = Question(
    name="enable",
    route="staff:enable",
    title=_("Enable this account again"),
    template="staff/_enable.html",
    needs_active=False,
)


def find_obstacle(question: Question, user: StaffUser, actor: Actor) -> Any:
    """The sentence that says why this is not asked about this person, if so."""
    if not may_manage(actor, user):
        return MORE_RIGHTS
    if not question.may_be_own and is_own(user, actor):
        return OWN_ACCOUNT
    if user.is_active == question.needs_active:
        return ""
    return (
        ALREADY_DONE
        if question in (DISABLE, ENABLE)
        else _("This account is disabled. Enable it again first.")
    )


def make_dialog(question: Question, user: StaffUser, form: Any) -> Dialog:
    return Dialog(
        template=question.template,
        name=question.name,
        title=question.title,
        url=reverse(question.route, args=[user.pk]),
        form=form,
        subject=user,
    )
