"""The list of invoices: its tabs, its filters, and which rows they mean."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import InvoiceRequest, InvoiceState
from orders.invoices.selectors import list_asked, list_to_correct
from orders.scope import rows_in_scope
from shop import clock
from shop.console import filters as console_filters
from shop.console.fields import DayField
from shop.spelling import normalise

_SEARCH_LENGTH = 40


@dataclass(frozen=True)
class Shelf:
    """`find(scope)` are its invoices; `empty` is said when there is none."""

    key: str
    label: Any
    find: Callable[[str], "QuerySet[InvoiceRequest]"]
    empty: Any
    is_counted: bool = False


def _list_in(scope: str, *, states: tuple[InvoiceState, ...]) -> "QuerySet[InvoiceRequest]":
    return rows_in_scope(InvoiceRequest.objects.filter(state__in=states), scope)


_OVER = (InvoiceState.REFUSED, InvoiceState.WITHDRAWN, InvoiceState.REVERSED)
_ISSUED = partial(_list_in, states=(InvoiceState.ISSUED,))
SHELVES = (
    Shelf("asked", _("To issue"), list_asked, _("No buyer waits for an invoice"), is_counted=True),
    Shelf("correct", _("To correct"), list_to_correct, _("No invoice says too much"), is_counted=True),
    Shelf("issued", InvoiceState.ISSUED.label, _ISSUED, _("None is issued yet")),
    Shelf(
        "over", _("Refused and others"), partial(_list_in, states=_OVER), _("None was refused or withdrawn")
    ),
)


class FilterForm(forms.Form):
    """The filters of the list, all optional."""

    q = forms.CharField(max_length=_SEARCH_LENGTH, required=False, widget=forms.TextInput({"type": "search"}))
    since = DayField(_("From"))
    until = DayField(_("To"))


class Filters(console_filters.Filters):
    form_class = FilterForm
    dates_label = _("Requested")


def find_shelf(key: str) -> Shelf:
    """The one of this name, else the first."""
    return next((shelf for shelf in SHELVES if shelf.key == key), SHELVES[0])


def narrow(shelf: Shelf, filters: Filters, scope: str) -> "QuerySet[InvoiceRequest]":
    """The invoices of a shelf that fit the filters; a number is looked for on all shelves."""
    number = normalise(filters.get("q"))
    rows = rows_in_scope(_find(number), scope) if number else shelf.find(scope)
    if since := filters.get("since"):
        rows = rows.filter(asked_at__gte=clock.start_of_day(since))
    if until := filters.get("until"):
        rows = rows.filter(asked_at__lt=clock.start_of_day(until + timedelta(days=1)))
    return rows.select_related("order__customer")


def _find(number: str) -> "QuerySet[InvoiceRequest]":
    """By the whole number of the order or the invoice."""
    of_order = InvoiceRequest.objects.filter(order__number=number).values("pk")
    return InvoiceRequest.objects.filter(Q(number=number) | Q(pk__in=of_order))
