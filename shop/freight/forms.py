"""The form of a freight template: its own fields, a row for each group of regions, and one for everywhere else."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shop.console.fields import YuanField, area, pieces, text
from shop.freight.choices import Counts
from shop.freight.models import FreightRule
from shop.freight.names import name_regions, read_regions
from shop.freight.services import MAX_RULES, RULE_FIELDS, Rule
from shop.freight.telling import write_kg

MAX_FREIGHT_FEN = 100_000_00
MAX_FREE_FEN = 10_000_000_00
MAX_PIECES = 1_000_000
_KG = re.compile(r"(\d{1,4})(?:\.(\d{1,3}))?", re.ASCII)
_PIECES = re.compile(r"\d{1,6}", re.ASCII)


class TemplateForm(forms.Form):
    name = text(_("Name of the template"), max_length=40)
    counts = forms.ChoiceField(label=_("Freight counts"), choices=Counts.choices)


def _units(label: Any) -> forms.CharField:
    return text(label, max_length=12, required=False, initial="1", attrs={"inputmode": "decimal"})


class RuleForm(forms.Form):
    """One row, for regions that it names. What `counts` says decides how units are read: pieces, or kilograms."""

    says_optional = False
    regions = area(_("Regions"), rows=2, max_length=4000, required=False)
    is_served = forms.BooleanField(label=_("We send there"), required=False, initial=True)
    first_units = _units(_("First"))
    first_fen = YuanField(label=_("Costs (yuan)"), max_fen=MAX_FREIGHT_FEN, required=False)
    next_units = _units(_("Each further"))
    next_fen = YuanField(label=_("Costs more (yuan)"), max_fen=MAX_FREIGHT_FEN, required=False)
    free_from_fen = YuanField(label=_("Free from (yuan)"), max_fen=MAX_FREE_FEN, required=False)
    free_from_pieces = pieces(_("Free from (pieces)"), most=MAX_PIECES, required=False)

    def __init__(self, *args: Any, counts: str = Counts.PIECE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = counts

    def clean_regions(self) -> list[str]:
        """The codes of the places that were named."""
        return read_regions(self.cleaned_data["regions"])

    def clean_first_units(self) -> int | None:
        return read_units(self.cleaned_data["first_units"], self.counts)

    def clean_next_units(self) -> int | None:
        return read_units(self.cleaned_data["next_units"], self.counts)

    def clean(self) -> dict[str, Any]:
        """What is sent has a price; of a region that is not served nothing else counts."""
        data: dict[str, Any] = self.cleaned_data
        names = ("first_units", "first_fen", "next_units", "next_fen")
        for name in names if data.get("is_served") else ():
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Fill this in, or take away the tick."))
        return data

    @property
    def rule(self) -> Rule:
        """The columns of the row; prices of what is not served are left at their defaults."""
        data = self.cleaned_data
        if not data["is_served"]:
            return {"regions": data.get("regions", []), "is_served": False}
        return {name: data[name] for name in RULE_FIELDS if name in data}


class ElsewhereForm(RuleForm):
    """The row for everywhere else."""

    regions = None  # type: ignore[assignment]  # so Django takes a field away

    def clean_regions(self) -> list[str]:
        return []

    @property
    def rule(self) -> Rule:
        return {**super().rule, "regions": [], "is_elsewhere": True}


class BaseRuleFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = True
        form.fields["DELETE"].label = _("Remove this row")

    def filled(self) -> list[RuleForm]:
        """The rows that stay: something is typed in them, and they are not to be removed."""
        return [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]


RuleFormSet = forms.formset_factory(
    RuleForm,
    formset=BaseRuleFormSet,
    extra=0,
    can_delete=True,
    max_num=MAX_RULES - 1,
    absolute_max=MAX_RULES - 1,
)


def describe_rule(rule: FreightRule, counts: str) -> dict[str, Any]:
    """A row as its form shows it."""
    values = {name: getattr(rule, name) for name in RULE_FIELDS if name != "is_elsewhere"}
    values["regions"] = name_regions(rule.regions)
    for name in ("first_units", "next_units"):
        values[name] = write_kg(values[name]) if counts == Counts.WEIGHT else str(values[name])
    return values


def read_units(typed: str, counts: str) -> int | None:
    """Pieces as they are, kilograms as grams; None for nothing. Raises ValidationError."""
    typed = typed.strip()
    if not typed:
        return None
    if counts == Counts.WEIGHT:
        found = _KG.fullmatch(typed)
        units = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 0
        message = _("Type kilograms with at most three decimals, for example 0.5.")
    else:
        units = int(typed) if _PIECES.fullmatch(typed) else 0
        message = _("Type a whole number of pieces, 1 or more.")
    if not units:
        raise ValidationError(message)
    return units
