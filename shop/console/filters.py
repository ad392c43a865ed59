"""Filters of a list: read from the address, written back into it, and shown as chips that can be taken off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.encoding import force_str

from shop.console.fields import YuanField
from shop.http.query import make_url
from shop.money import format_fen

DATES = ("date", "since", "until")
"""Names of the fields that are one filter together: which date, from when, to when."""


@dataclass(frozen=True)
class Chip:
    """One filter that is set, in words, and the address without it."""

    label: str
    without_url: str


class Filters:
    """The filters of one request. `params` is the canonical address: nothing empty, nothing unreadable.

    What cannot be read is left out, and said by the form's errors.
    """

    form_class: ClassVar[type[forms.Form]]
    dates_label: Any = ""

    def __init__(self, data: Mapping[str, Any], *, auto_id: str = "filter_%s") -> None:
        self.form = self.form_class(data, auto_id=auto_id)
        self.form.is_valid()
        self.values = self.form.cleaned_data

    def get(self, name: str) -> Any:
        return self.values.get(name) or ""

    @property
    def has_dates(self) -> bool:
        return bool(self.get("since") or self.get("until"))

    @property
    def params(self) -> dict[str, str]:
        return {name: str(value) for name in self.form.fields if (value := self.get(name))}

    def make_url(self, path: str, **changes: Any) -> str:
        """The address of this list with some values changed; an empty value takes one out."""
        return make_url(path, self.params, **changes)

    def list_chips(self, path: str) -> list[Chip]:
        """Every filter that is set; both days together are one."""
        chips = [
            Chip(f"{field.label} {self._say(field)}", self.make_url(path, **{field.name: ""}))
            for field in self.form.visible_fields()
            if field.name not in DATES and self.get(field.name)
        ]
        if self.has_dates:
            days = f"{self.get('since') or '…'} – {self.get('until') or '…'}"
            without = self.make_url(path, **dict.fromkeys(DATES, ""))
            chips.insert(0, Chip(f"{self.dates_label} {days}".strip(), without))
        return chips

    def _say(self, bound: BoundField) -> str:
        value, field = self.get(bound.name), bound.field
        if isinstance(field, YuanField):
            return format_fen(value)
        return str(_list_labels(field).get(force_str(value), value))


def _list_labels(field: Any) -> dict[str, Any]:
    """Value → words of a field that is chosen from; choices may stand in groups."""
    labels: dict[str, Any] = {}
    for value, label in getattr(field, "choices", ()):
        labels |= dict(label) if isinstance(label, list | tuple) else {force_str(value): label}
    return labels
