"""What Django's own checks of a form say, in our words: set before the first form is made, for all of them."""

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _

_SENTENCES: dict[type[forms.Field], dict[str, object]] = {
    forms.Field: {"required": _("Please fill this in.")},
    forms.ChoiceField: {
        "required": _("Please choose."),
        "invalid_choice": _("Choose one of those that are offered."),
    },
    forms.MultipleChoiceField: {"invalid_choice": _("Choose one of those that are offered.")},
    forms.IntegerField: {"invalid": _("Type a whole number.")},
    forms.DateField: {"invalid": _("Type a whole date.")},
    forms.TimeField: {"invalid": _("Type hours and minutes.")},
    forms.DateTimeField: {"invalid": _("Type a whole date and time.")},
}
_LIMITS: dict[type[validators.BaseValidator], object] = {
    validators.MinValueValidator: _("Not less than %(limit_value)s."),
    validators.MaxValueValidator: _("Not more than %(limit_value)s."),
    validators.MinLengthValidator: _("At least %(limit_value)d characters; these are %(show_value)d."),
    validators.MaxLengthValidator: _("At most %(limit_value)d characters; these are %(show_value)d."),
}


def set_sentences() -> None:
    """A field reads them when it is made, a validator when it refuses."""
    for field, sentences in _SENTENCES.items():
        field.default_error_messages = field.__dict__.get("default_error_messages", {}) | sentences
    for validator, sentence in _LIMITS.items():
        validator.message = sentence  # type: ignore[assignment]  # lazy, as Django's own
