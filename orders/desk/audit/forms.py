"""The filters of the record."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.audit.selectors import Wanted
from shop.actor import ActorKind
from shop.console.fields import DayField
from shop.moves.table import MOVES, SUBJECTS
from shop.staff.models import StaffUser

_MACHINES = (
    (ActorKind.CUSTOMER.value, _("Buyers")),
    (ActorKind.GATEWAY.value, _("WeChat Pay")),
    (ActorKind.SYSTEM.value, _("The system")),
)


class AuditForm(forms.Form):
    """All optional; what cannot be read is left out and said."""

    who = forms.ChoiceField(label=_("Who"), required=False)
    kind = forms.ChoiceField(label=_("About"), required=False)
    verb = forms.ChoiceField(label=_("What"), required=False)
    number = forms.RegexField(
        r"\A[0-9]{1,18}\Z",
        label=_("Order number"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "18"}),
        error_messages={"invalid": _("An order number has digits only.")},
    )
    since = DayField(_("From"))
    until = DayField(_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), user.name) for user in StaffUser.objects.order_by("-is_active", "pk")]
        verbs = sorted(((verb, str(move.done)) for verb, move in MOVES.items()), key=lambda pair: pair[1])
        choices: dict[str, list[Any]] = {
            "who": [("", _("Everybody")), *people, *_MACHINES],
            "kind": [("", _("Everything")), *((kind, subject.label) for kind, subject in SUBJECTS.items())],
            "verb": [("", _("Any action")), *verbs],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]  # ChoiceFields, as above

    def read(self) -> Wanted:
        self.is_valid()
        values = self.cleaned_data
        return Wanted(
            kind=values.get("kind", ""),
            verb=values.get("verb", ""),
            actor=values.get("who", ""),
            number=values.get("number", ""),
            since=values.get("since"),
            until=values.get("until"),
        )

    def list_chips(self) -> list[tuple[str, str]]:
        """(field, words) of every filter that is set."""
        return [
            (name, f"{self.fields[name].label} {self._say(name, value)}")
            for name, value in self.cleaned_data.items()
            if value
        ]

    def _say(self, name: str, value: Any) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))
