"""What is asked for an export: the days, the columns in their order, the format, what is personal, how often."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.list.filters import DateKind
from orders.exports.models import Every, Format, SheetKind
from orders.exports.services.asking import LONGEST_REASON
from orders.exports.services.layouts import LayoutTerms
from orders.exports.services.repeating import Rhythm
from orders.exports.sheets.base import Column, Sheet
from shop.console.fields import DayField, text
from shop.errors import Refused

_HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class ColumnsForm(forms.Form):
    """Columns of a kind of sheet, in the order in which the page has them."""

    def __init__(self, data: Any = None, *, sheet: Sheet, **more: Any) -> None:
        super().__init__(data, **more)
        self.of = sheet

    @property
    def columns(self) -> list[str]:
        """The names of the chosen ones, in their order."""
        data: Any = self.data
        names = data.getlist("columns") if self.is_bound else self.initial.get("columns", ())
        return [column.name for column in self.of.choose(names)]

    def list_columns(self) -> list[tuple[Column, bool]]:
        """Every column and whether it is chosen: the chosen ones first, in their order."""
        chosen = self.of.choose(self.columns)
        return [(column, True) for column in chosen] + [
            (column, False) for column in self.of.columns.values() if column not in chosen
        ]

    def clean(self) -> dict[str, Any]:
        if not self.columns:
            self.add_error(None, _("Choose at least one column."))
        return self.cleaned_data


class LayoutForm(ColumnsForm):
    name = text(_("Name of the layout"), max_length=40)
    is_shared = forms.BooleanField(label=_("For everybody who exports"), required=False)

    def read(self) -> LayoutTerms:
        return LayoutTerms(self.cleaned_data["name"], self.columns, self.cleaned_data["is_shared"])

    def show_refusal(self, refused: Refused) -> None:
        """Say why beside the field that it speaks of."""
        fields = {"name_taken": "name", "not_yours": "is_shared"}
        self.add_error(fields.get(refused.code), str(refused))


class ExportForm(ColumnsForm):
    """`is_named`: the orders were chosen one by one, so that there are no days and nothing to repeat."""

    says_optional = False

    sheet = forms.ChoiceField(choices=SheetKind.choices, widget=forms.HiddenInput)
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    layout = forms.CharField(max_length=19, required=False, widget=forms.HiddenInput)
    date = forms.ChoiceField(label=_("Which date"), choices=DateKind.choices, required=False)
    since = DayField(_("From"))
    until = DayField(_("To"))
    format = forms.ChoiceField(
        label=_("Format"),
        choices=Format.choices,
        help_text=_(
            "Spreadsheet programs round long numbers of a .csv that they open; those of an .xlsx stay whole."
        ),
    )
    is_revealed = forms.BooleanField(label=_("Show names, phones and addresses in full"), required=False)
    reason = text(_("Why they are needed in full"), max_length=LONGEST_REASON, required=False)
    every = forms.ChoiceField(
        label=_("Repeat"), choices=[("", _("Once, now")), *Every.choices], required=False
    )
    hour = forms.TypedChoiceField(label=_("At"), choices=_HOURS, coerce=int, required=False)

    def __init__(
        self, data: Any = None, *, sheet: Sheet, is_named: bool, may_reveal: bool, **more: Any
    ) -> None:
        super().__init__(data, sheet=sheet, auto_id="export_%s", **more)
        self.is_named = is_named
        if not may_reveal:
            del self.fields["is_revealed"], self.fields["reason"]
        if is_named:
            for name in ("date", "since", "until", "every", "hour"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("is_revealed") and not values.get("reason"):
            self.add_error("reason", _("Say why: it stands in the record."))
        if values.get("is_revealed") and values.get("every"):
            self.add_error("is_revealed", _("A repeated export shows them masked."))
        if values.get("since") and values.get("until") and values["since"] > values["until"]:
            self.add_error("until", _("This day is before the first one."))
        return values

    def read_days(self) -> dict[str, str]:
        """The days as the address of the list says them; "" takes one out."""
        values = self.cleaned_data
        return {name: str(values.get(name) or "") for name in ("date", "since", "until")}

    def read_reason(self) -> str:
        """Why personal values are to be shown, "" where they are masked."""
        return str(self.cleaned_data["reason"]) if self.cleaned_data.get("is_revealed") else ""

    def read_rhythm(self) -> Rhythm | None:
        """How often it repeats, None for once."""
        every = self.cleaned_data.get("every")
        return Rhythm(every, self.cleaned_data["hour"] or 0) if every else None
