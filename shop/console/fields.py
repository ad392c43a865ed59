"""The form fields that pages are made of."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.errors import Refused
from shop.money import parse_yuan, write_yuan


class YuanField(forms.CharField):
    """An amount typed in yuan, cleaned to fen; an optional one left empty is None."""

    def __init__(self, *, max_fen: int | None = None, **kwargs: Any) -> None:
        self.max_fen = max_fen
        attrs = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"}
        super().__init__(**({"widget": forms.TextInput(attrs)} | kwargs))

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            fen = parse_yuan(text)
        except Refused as refused:
            raise ValidationError(refused.message) from refused
        if self.max_fen is not None and fen > self.max_fen:
            raise ValidationError(
                _("Type an amount of at most %(most)d yuan.") % {"most": self.max_fen // 100}
            )
        return fen

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def prepare_value(self, value: Any) -> Any:
        return write_yuan(value) if isinstance(value, int) else value


class DayField(forms.DateField):
    """An optional day, between the first and the last that the clock can hold.

    The widget writes it as ISO 8601 in every language: browsers show any other spelling as an empty field.
    """

    def __init__(self, label: Any) -> None:
        limits = [MinValueValidator(clock.EARLIEST_DAY), MaxValueValidator(clock.LATEST_DAY)]
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=False, widget=widget, validators=limits)


class VersionField(forms.IntegerField):
    """The version that a form was opened with, hidden in it."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


def text(label: Any, *, max_length: int = 200, attrs: Any = (), **kwargs: Any) -> forms.CharField:
    """One line of text, which the browser does not complete."""
    widget = forms.TextInput({"autocomplete": "off", **dict(attrs)})
    return forms.CharField(label=label, max_length=max_length, widget=widget, **kwargs)


def area(label: Any, *, max_length: int = 500, rows: int = 3, **kwargs: Any) -> forms.CharField:
    """Several lines of text, which the browser does not complete either."""
    widget = forms.Textarea({"rows": str(rows), "autocomplete": "off"})
    return forms.CharField(label=label, max_length=max_length, widget=widget, **kwargs)


def pieces(label: Any, *, most: int, **kwargs: Any) -> forms.IntegerField:
    """A number of pieces."""
    widget = forms.NumberInput({"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=most, widget=widget, **kwargs)
