"""Form fields the desk's forms are made of."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.money import parse_yuan

check_phone = RegexValidator(r"^\+?[\d \-]{5,20}$", _("Type a phone number: digits, spaces and dashes."))


class YuanField(forms.CharField):
    """An amount typed in yuan, cleaned to fen."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=16, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        try:
            return parse_yuan(text)
        except Refused as refused:
            raise ValidationError(str(refused)) from refused


def text(
    label: Any, *, max_length: int = 200, required: bool = True, initial: Any = None, **attrs: str
) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attrs})
    return forms.CharField(
        label=label, max_length=max_length, required=required, initial=initial, widget=widget
    )


def area(label: Any, *, max_length: int = 500, required: bool = True, **attrs: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": "3", **attrs})
    return forms.CharField(label=label, max_length=max_length, required=required, widget=widget)


def pieces(label: Any, *, at_most: int, initial: int) -> forms.IntegerField:
    attrs = {"class": "form-control", "inputmode": "numeric", "max": str(at_most), "aria-label": str(label)}
    widget = forms.NumberInput(attrs=attrs)
    return forms.IntegerField(
        label=label, min_value=0, max_value=at_most, initial=initial, required=False, widget=widget
    )
