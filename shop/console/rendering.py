"""How forms are drawn: Django's own way, with the classes of the UI kit and our markup for a field and its errors."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

_PLAIN = forms.HiddenInput | forms.CheckboxInput


class Field(forms.BoundField):
    """Gives every control the class of its kind."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        if isinstance(widget, forms.Select):
            attrs = {"class": "form-select", **attrs}
        elif isinstance(widget, Input | forms.Textarea) and not isinstance(widget, _PLAIN):
            attrs = {"class": "form-control", **attrs}
        return super().build_widget_attrs(attrs, widget)

    @property
    def says_optional(self) -> bool:
        """Not in a form where most fields may stay empty (`says_optional = False` of the form)."""
        return not self.field.required and getattr(self.form, "says_optional", True)


class Renderer(TemplatesSetting):
    """Of every form; templates of widgets are Django's, ours are `components/_field.html` and its list of errors."""

    bound_field_class = Field
    field_template_name = "components/_field.html"
