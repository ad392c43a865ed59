"""The form of a robot."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import AlertKind
from notifications.robots.choices import SIGNED, Quiet
from notifications.robots.models import Robot
from shop.console import fields
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL
from shop.store.pages.forms import SecretField

_PLAIN = [NO_CONTROL]
_WHEN = [("", _("Always")), ("yes", _("Only when nobody can hear it"))]
_FIRST = [AlertKind.NEW_ORDER, AlertKind.URGE, AlertKind.STOCK_SHORT]
"""What a new robot speaks of until the owner says otherwise."""


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget)


class RobotForm(forms.Form):
    """What a robot is set up by; address and secret are write-only."""

    says_optional = False
    name = fields.text(
        _("Name of the robot"),
        max_length=30,
        validators=_PLAIN,
        help_text=_("As you call its group, such as “Packers”."),
    )
    url = SecretField(label=_("Address (webhook)"), validators=_PLAIN)
    secret = SecretField(label=_("Secret (signature)"), validators=_PLAIN)
    keyword = fields.text(
        _("Keyword"),
        max_length=20,
        required=False,
        validators=_PLAIN,
        help_text=_("Only where the group takes no message without it: it stands in front of each."),
    )
    alert_kinds = forms.MultipleChoiceField(
        label=_("Speaks of"),
        choices=AlertKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    only_unheard = forms.ChoiceField(label=_("It speaks"), choices=_WHEN, required=False)
    quiet = forms.ChoiceField(label=_("Is quiet"), choices=Quiet)
    quiet_from = _time(_("Quiet from"))
    quiet_until = _time(_("until"))

    def __init__(self, robot: Robot, data: Any = None) -> None:
        initial = {name: getattr(robot, name) for name in self.base_fields if name not in ("url", "secret")}
        initial["only_unheard"] = "yes" if robot.only_unheard else ""
        if not robot.pk:
            initial["alert_kinds"] = _FIRST
        super().__init__(data, initial=initial)
        for name in ("url", "secret"):
            field: Any = self.fields[name]
            field.tell(is_stored=bool(getattr(robot, name)))
        if robot.kind not in SIGNED:
            del self.fields["secret"]

    def read(self) -> dict[str, Any]:
        """What was typed, by the columns of a robot."""
        return {**self.cleaned_data, "only_unheard": bool(self.cleaned_data["only_unheard"])}

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside each field that it speaks of."""
        for name in refused.extra.get("fields") or [None]:
            self.add_error(name if name in self.fields else None, str(refused))
