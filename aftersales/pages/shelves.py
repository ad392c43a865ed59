"""The list of after-sales: its tabs by who has to move, its filters, and which rows they mean."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftersales.choices import OURS, Kind, State
from aftersales.models import Aftersale, AftersaleLine
from aftersales.selectors import find_by_slip, join_ids, list_disputed, list_in
from aftersales.terms.models import Reason
from orders.models import HashKind
from orders.scope import rows_in_scope
from orders.search import find_by_hash
from shop import clock
from shop.console import filters as console_filters
from shop.console.fields import DayField, YuanField
from shop.http.paging import BY_ID, Keyset, RisingKeyset, read_moment
from shop.spelling import normalise

_SEARCH_LENGTH = 40
BY_DUE = RisingKeyset("due_at", read_moment)


@dataclass(frozen=True)
class Shelf:
    """`states` are of its after-sales, none for those that are disputed; `empty` is said when there is none.

    Work has its count; what has a time by its state comes with the next due first.
    """

    key: str
    label: Any
    states: tuple[State, ...]
    empty: Any
    is_work: bool = False

    @property
    def keyset(self) -> Keyset:
        return BY_DUE if self.is_work and self.states else BY_ID

    def find(self, scope: str) -> "QuerySet[Aftersale]":
        return list_in(scope, *self.states) if self.states else list_disputed(scope)


SHELVES = (
    Shelf("ours", _("Your move"), OURS, _("Nobody waits for the shop"), is_work=True),
    Shelf(
        "theirs", _("Buyer's move"), (State.TO_RETURN,), _("No buyer has to send anything back"), is_work=True
    ),
    Shelf("disputes", _("Disputes"), (), _("Nothing is disputed"), is_work=True),
    Shelf(
        "money", pgettext_lazy("aftersale", "Being refunded"), (State.REFUNDING,), _("No money is on its way")
    ),
    Shelf("done", _("Completed"), (State.DONE,), _("None is completed yet")),
    Shelf(
        "over",
        _("Refused and others"),
        (State.REFUSED, State.WITHDRAWN, State.LAPSED),
        _("None was refused, withdrawn or left lying"),
    ),
)
_PLAIN = {"kind": "kind", "reason": "reason", "least": "asked_fen__gte", "most": "asked_fen__lte"}
_SHOWN = (
    *("number", "kind", "state", "dispute", "reason_name", "asked_fen", "agreed_fen"),
    *("asked_at", "due_at", "overdue_rule"),
    *("order__number", "order__recipient", "order__customer__secret"),
)
"""What a row of the list needs: an order has four times as many columns."""
_LINES = Prefetch(
    "lines",
    AftersaleLine.objects.select_related("order_line").only(
        "aftersale", "pieces", "order_line__product_name"
    ),
)
_DUE = [
    ("", _("Any time left")),
    ("0", _("Time is over")),
    ("24", _("Within a day")),
    ("72", _("Within three days")),
]
"""Hours from now."""
_QUALITY = [("", _("Any quality")), ("1", _("About quality")), ("0", _("Not about quality"))]


def _named(label: Any) -> forms.Select:
    """A choice whose name is not seen, but read aloud."""
    return forms.Select({"aria-label": label})


class FilterForm(forms.Form):
    """The filters of the list, all optional."""

    q = forms.CharField(max_length=_SEARCH_LENGTH, required=False, widget=forms.TextInput({"type": "search"}))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("Any kind")), *Kind.choices],
        required=False,
        widget=_named(_("Kind")),
    )
    reason = forms.ModelChoiceField(
        label=_("Reason"),
        queryset=Reason.objects.order_by("rank"),
        required=False,
        empty_label=_("Any reason"),
        widget=_named(_("Reason")),
    )
    quality = forms.ChoiceField(
        label=_("Quality"), choices=_QUALITY, required=False, widget=_named(_("Quality"))
    )
    due = forms.ChoiceField(label=_("Until"), choices=_DUE, required=False, widget=_named(_("Until")))
    least = YuanField(label=_("Amount from"), required=False)
    most = YuanField(label=_("Amount to"), required=False)
    since = DayField(_("From"))
    until = DayField(_("To"))


class Filters(console_filters.Filters):
    form_class = FilterForm
    dates_label = _("Asked for")


def find_shelf(key: str) -> Shelf:
    """The one of this name, else the first."""
    return next((shelf for shelf in SHELVES if shelf.key == key), SHELVES[0])


def narrow(shelf: Shelf, filters: Filters, scope: str) -> "QuerySet[Aftersale]":
    """Those of a shelf that fit the filters; a number or phone is looked for on all shelves."""
    typed = normalise(filters.get("q"))
    rows = rows_in_scope(_find(typed), scope) if typed else shelf.find(scope)
    for name, path in _PLAIN.items():
        if value := filters.get(name):
            rows = rows.filter(**{path: value})
    if quality := filters.get("quality"):
        rows = rows.filter(is_quality=quality == "1")
    if due := filters.get("due"):
        rows = rows.filter(due_at__lte=clock.now() + timedelta(hours=int(due)))
    if since := filters.get("since"):
        rows = rows.filter(asked_at__gte=clock.start_of_day(since))
    if until := filters.get("until"):
        rows = rows.filter(asked_at__lt=clock.start_of_day(until + timedelta(days=1)))
    return rows.select_related("order__customer").only(*_SHOWN).prefetch_related(_LINES)


def _find(typed: str) -> "QuerySet[Aftersale]":
    """By its own whole number, its order's, that of its parcel, or the recipient's phone."""
    of_order = Aftersale.objects.filter(order__number=typed)
    of_phone = Aftersale.objects.filter(order__in=find_by_hash(HashKind.PHONE, typed).values("order"))
    return Aftersale.objects.filter(pk__in=join_ids(find_by_slip(typed), of_order, of_phone))
