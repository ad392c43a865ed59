"""The list of differences: its tabs, its filters, and which rows they mean."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.bills.models import Difference, DifferenceKind, DifferenceState
from orders.bills.selectors import differences_in_scope
from shop.actor import Actor
from shop.console import filters as console_filters
from shop.console.fields import DayField

_SEARCH_LENGTH = 64


@dataclass(frozen=True)
class Shelf:
    """The differences of one state; `empty` is said when there is none."""

    key: str
    state: DifferenceState
    label: Any
    empty: Any


SHELVES = (
    Shelf("open", DifferenceState.OPEN, DifferenceState.OPEN.label, _("Everything agrees")),
    Shelf("settled", DifferenceState.SETTLED, DifferenceState.SETTLED.label, _("None was settled yet")),
    Shelf(
        "left",
        DifferenceState.DISMISSED,
        pgettext_lazy("difference", "Left as it is"),
        _("None was left as it is"),
    ),
)


class FilterForm(forms.Form):
    """The filters of the list, all optional."""

    q = forms.CharField(max_length=_SEARCH_LENGTH, required=False, widget=forms.TextInput({"type": "search"}))
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Every kind")), *DifferenceKind.choices]
    )
    since = DayField(_("From"))
    until = DayField(_("To"))


class Filters(console_filters.Filters):
    form_class = FilterForm
    dates_label = _("Day of the bill")


def find_shelf(key: str) -> Shelf:
    """The one of this name, else the first."""
    return next((shelf for shelf in SHELVES if shelf.key == key), SHELVES[0])


def narrow(shelf: Shelf, filters: Filters, actor: Actor) -> "QuerySet[Difference]":
    """The differences of a shelf that fit the filters; a number is looked for on all shelves."""
    rows = differences_in_scope(actor)
    number = filters.get("q").strip()
    rows = _find(rows, number) if number else rows.filter(state=shelf.state)
    if kind := filters.get("kind"):
        rows = rows.filter(kind=kind)
    if since := filters.get("since"):
        rows = rows.filter(day__gte=since)
    if until := filters.get("until"):
        rows = rows.filter(day__lte=until)
    return rows.select_related("order")


def _find(rows: "QuerySet[Difference]", number: str) -> "QuerySet[Difference]":
    """By the whole number of the payment, the refund or the order."""
    same = Q(trade_no=number) | Q(refund_no=number) | Q(order__number=number)
    return rows.filter(pk__in=Difference.objects.filter(same).values("pk"))
