"""What a person can do about a parcel that does not arrive as it should, on its own page."""

from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.tracking.notes import write_to_buyer
from orders.tracking.models import Tracking
from orders.tracking.services.board import report_problem, settle_tracking, snooze_tracking, tell_buyer
from shop import clock
from shop.console import fields
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action

LONGEST = 200
_HOURS = ((4, _("4 hours")), (24, _("a day")), (48, _("2 days")), (168, _("a week")))


class _ReasonForm(ActionForm):
    def show_refusal(self, refused: Refused) -> None:
        self.add_error("reason" if refused.code == "reason_required" else None, str(refused))


class ReportForm(_ReasonForm):
    name, act = "report_problem", report_problem
    reason = fields.text(_("What is wrong"), max_length=LONGEST)


class SnoozeForm(_ReasonForm):
    name, act = "snooze_tracking", snooze_tracking
    hours = forms.TypedChoiceField(label=_("For"), coerce=int, choices=_HOURS, initial=24)
    reason = fields.text(_("Reason"), max_length=LONGEST)

    def read(self) -> dict[str, Any]:
        """The moment until which it may wait, and why."""
        wait = timedelta(hours=self.cleaned_data["hours"])
        return {"until": clock.now() + wait, "reason": self.cleaned_data["reason"]}


class TellForm(ActionForm):
    name, act = "tell_about_parcel", tell_buyer
    text = fields.area(_("Message"), max_length=LONGEST)

    def set_up(self) -> None:
        self.initial["text"] = write_to_buyer(self.subject)

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("text" if refused.code == "text_required" else None, str(refused))


def find_action_url(tracking: Tracking, name: str) -> str:
    return reverse(f"orders:{name}", args=[tracking.pk])


ACTIONS: tuple[Action, ...] = (
    Action(
        "tracking.tell_buyer",
        TellForm,
        words=_("What you write is kept with the parcel, for whoever answers the buyer."),
        undo=_("A second message can follow."),
        is_first=True,
    ),
    Action(
        "tracking.snooze",
        SnoozeForm,
        words=_("Until then it is not on the board. News of the parcel ends the wait."),
        undo=_("It comes back by itself."),
    ),
    Action(
        "tracking.settle",
        bare_form("settle_tracking", settle_tracking),
        words=_(
            "Nothing more is to be done. Only later news, or silence after it, brings the parcel back here."
        ),
        undo=_("A problem can be reported again."),
    ),
    Action(
        "tracking.report",
        ReportForm,
        words=_("The parcel goes onto the board, and those who ship are told."),
        undo=_("“Dealt with” takes it off the board again."),
    ),
)
