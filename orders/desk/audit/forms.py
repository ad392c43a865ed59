"""The filters of the record."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.audit.selectors import Wanted
from orders.numbers import LENGTH
from shop.actor import ActorKind
from shop.console import filters
from shop.console.fields import DayField
from shop.moves.table import SUBJECTS
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
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": LENGTH}),
        error_messages={"invalid": _("An order number has digits only.")},
    )
    since = DayField(_("From"))
    until = DayField(_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), user.name) for user in StaffUser.objects.order_by("-is_active", "pk")]
        kinds = [(kind, subject.label) for kind, subject in SUBJECTS.items()]
        choices: dict[str, list[Any]] = {
            "who": [("", _("Everybody")), *people, *_MACHINES],
            "kind": [("", _("Everything")), *kinds],
            "verb": [("", _("Any action")), *_group_verbs()],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]  # ChoiceFields, as above


def _group_verbs() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """What may have been done, by what it was done to: some of it is called the same."""
    return [
        (subject.label, [(move.verb, move.done) for move in subject.moves]) for subject in SUBJECTS.values()
    ]


class AuditFilters(filters.Filters):
    form_class = AuditForm
    dates_label = _("Day")

    def read(self) -> Wanted:
        return Wanted(
            kind=self.get("kind"),
            verb=self.get("verb"),
            actor=self.get("who"),
            number=self.get("number"),
            since=self.values.get("since"),
            until=self.values.get("until"),
        )
