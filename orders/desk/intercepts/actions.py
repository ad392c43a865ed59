"""What a person can do with the task of stopping or redirecting a parcel, on its own page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.shipping.models import Intercept
from orders.shipping.services.intercepting import fail_intercept, finish_intercept, withdraw_intercept
from shop.console import fields
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action


class FinishForm(ActionForm):
    name, act = "finish_intercept", finish_intercept
    note = fields.text(_("What was agreed"), max_length=200, required=False)


class FailForm(ActionForm):
    name, act = "fail_intercept", fail_intercept
    reason = fields.text(_("Reason"), max_length=200)

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("reason" if refused.code == "reason_required" else None, str(refused))


def find_action_url(intercept: Intercept, name: str) -> str:
    return reverse(f"orders:{name}", args=[intercept.pk])


ACTIONS: tuple[Action, ...] = (
    Action(
        "intercept.finish",
        FinishForm,
        words=_("The courier has said that the parcel is stopped or goes to the new address."),
        undo=_("This cannot be undone; another task can be made."),
        is_first=True,
    ),
    Action(
        "intercept.fail",
        FailForm,
        words=_("The parcel goes on to its old address, as far as the courier says."),
        undo=_("This cannot be undone; another task can be made."),
    ),
    Action(
        "intercept.withdraw",
        bare_form("withdraw_intercept", withdraw_intercept),
        words=_("Nobody need call the courier any more. Whoever has called already tells them so."),
        undo=_("This cannot be undone; another task can be made."),
    ),
)
