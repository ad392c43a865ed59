"""What a verifier types and presses on the phone."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from orders.payments.models import Means
from pickup.cards import Card
from pickup.services.verifying import Collected, Handout
from shop.console import fields
from shop.http.api.fields import NO_CONTROL
from shop.money import MAX_FEN

LAST_DIGITS = 4
_MOST_PIECES = 9_999
_NONCE = RegexValidator(r"\A[0-9a-f]{32}\Z")
_LINE = re.compile(r"line_([1-9][0-9]{0,17})", re.ASCII)


class FindForm(forms.Form):
    """A code as it was typed or scanned, or the end of a phone number."""

    shown = fields.text(
        _("Code, or last 4 digits of the phone"),
        max_length=200,
        validators=[NO_CONTROL],
        attrs={"autocapitalize": "characters", "spellcheck": "false", "enterkeyhint": "search"},
        error_messages={"required": _("Type the code, or the last 4 digits of the phone.")},
    )

    @property
    def last_digits(self) -> str:
        """The end of a phone number, "" for what is a code."""
        shown = self.cleaned_data["shown"].strip()
        return shown if len(shown) == LAST_DIGITS and shown.isascii() and shown.isdigit() else ""


class HandOutForm(forms.Form):
    """All that is left unless fewer pieces are chosen, with the money that is owed.

    What is shown are the lines of the card; what is pressed names its lines, which the verb looks at.
    """

    nonce = forms.CharField(widget=forms.HiddenInput, validators=[_NONCE])
    version = fields.VersionField()
    means = forms.ChoiceField(
        label=_("How it was received"), choices=Means.choices, widget=forms.RadioSelect, required=False
    )
    owed = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MAX_FEN, required=False)
    elsewhere = fields.text(
        _("Why it is handed out here"), max_length=200, required=False, validators=[NO_CONTROL]
    )

    pin = forms.CharField(
        label=_("Your PIN"),
        max_length=6,
        required=False,
        widget=forms.PasswordInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, card: Card, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.card = card
        if data is None:
            offered = {f"line_{line.pk}": _pieces(line.to_send) for line in card.waiting}
        else:
            offered = {name: _pieces() for name in data if _LINE.fullmatch(name)}
        self.fields |= offered

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.card.is_elsewhere and not data.get("elsewhere", "").strip():
            self.add_error("elsewhere", _("Say why it is handed out here."))
        return data

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each line that can be handed out, with the field of its pieces."""
        return [(line, self[f"line_{line.pk}"]) for line in self.card.waiting]

    def read_handout(self, store_id: int) -> Handout:
        data = self.cleaned_data
        lines = {name: _LINE.fullmatch(name) for name in self.fields}
        pieces = {int(found[1]): data[name] or 0 for name, found in lines.items() if found}
        collected = Collected(Means(data["means"]), data["owed"] or 0) if data["means"] else None
        # None chosen is not all of them.
        return Handout(store_id, pieces or {0: 0}, collected=collected, elsewhere=data["elsewhere"].strip())


def _pieces(left: int | None = None) -> forms.IntegerField:
    widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        min_value=0, max_value=_MOST_PIECES, initial=left, required=False, widget=widget
    )
