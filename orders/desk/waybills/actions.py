"""What a person can do with an e-waybill on its own page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.waybills.models import Waybill
from orders.waybills.services.ending import enter_number, give_up_waybill, void_waybill
from shop.console import fields
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action


class EnterForm(ActionForm):
    name, act = "enter_label", enter_number
    tracking_no = fields.text(
        _("Tracking number"), max_length=40, attrs={"autocapitalize": "characters", "spellcheck": "false"}
    )


class GiveUpForm(ActionForm):
    name, act = "give_up_label", give_up_waybill
    reason = fields.area(_("How do you know that no number is left?"))


def find_action_url(waybill: Waybill, name: str) -> str:
    return reverse(f"orders:{name}", args=[waybill.pk])


ACTIONS = (
    Action(
        "waybill.enter",
        EnterForm,
        words=_("Look at the provider's own page under our code, and type the number that stands there."),
    ),
    Action(
        "waybill.give_up",
        GiveUpForm,
        words=_(
            "Only when the provider's own page shows no number under our code, or you have cancelled it there. Should "
            "a number come all the same, it is voided by itself."
        ),
        undo=_("This cannot be undone; another e-waybill can be asked for."),
        is_grave=True,
    ),
    Action(
        "waybill.void",
        bare_form("void_label", void_waybill),
        submit=_("Void the e-waybill"),
        words=_(
            "The courier takes the number back, which may take a moment; then the order can be changed again."
        ),
        undo=_("This cannot be undone; another e-waybill can be asked for."),
        is_grave=True,
    ),
)
