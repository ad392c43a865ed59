"""The list of refunds: its tabs, its filters, and which rows they mean."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.desk.list.conditions import REFUNDS_IN
from orders.desk.list.filters import WorkQueue
from orders.payments.models import Refund, RefundCause, RefundState
from orders.scope import rows_in_scope
from shop import clock
from shop.actor import ActorKind
from shop.console import filters as console_filters
from shop.console.fields import DayField, YuanField
from shop.spelling import normalise
from shop.staff.models import StaffUser
from shop.store.choices import PayMethod

_SEARCH_LENGTH = 64


@dataclass(frozen=True)
class Shelf:
    """`rows` are its refunds; `empty` is said when there is none."""

    key: str
    label: Any
    rows: Q
    empty: Any
    is_counted: bool = False

    def find(self, scope: str) -> "QuerySet[Refund]":
        return rows_in_scope(Refund.objects.filter(self.rows), scope)


SHELVES = (
    Shelf("all", _("All"), Q(), _("No money has gone back yet")),
    Shelf(
        "person",
        _("Need a person"),
        REFUNDS_IN[WorkQueue.REFUND_FAILED],
        _("No refund needs a person"),
        is_counted=True,
    ),
    Shelf(
        "to_pay_out",
        RefundState.TO_PAY_OUT.label,
        REFUNDS_IN[WorkQueue.TO_PAY_OUT],
        _("Nothing is to be paid out"),
        is_counted=True,
    ),
    Shelf(
        "on_its_way",
        RefundState.COMMITTED.label,
        Q(state=RefundState.COMMITTED),
        _("No refund waits for the gateway"),
    ),
    Shelf(
        "processing",
        _("Processing"),
        Q(state=RefundState.PROCESSING),
        _("The gateway is at none"),
    ),
    Shelf("done", RefundState.DONE.label, Q(state=RefundState.DONE), _("No money has gone back yet")),
)


def list_for_people(scope: str) -> "QuerySet[Refund]":
    """The refunds that wait for somebody: those that do not come through, and those to be paid out."""
    needed = REFUNDS_IN[WorkQueue.REFUND_FAILED] | REFUNDS_IN[WorkQueue.TO_PAY_OUT]
    return rows_in_scope(Refund.objects.filter(needed), scope)


def _select(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", label), *choices], required=False)


class FilterForm(forms.Form):
    """The filters of the list, all optional."""

    q = forms.CharField(max_length=_SEARCH_LENGTH, required=False, widget=forms.TextInput({"type": "search"}))
    method = _select(_("Any way"), PayMethod.choices)
    cause = _select(_("Any cause"), RefundCause.choices)
    who = _select(_("Decided by anybody"), ())
    since = DayField(_("From"))
    until = DayField(_("To"))
    above = YuanField(label=_("Amount from"), required=False)
    below = YuanField(label=_("Amount to"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(f"{user.pk}", user.name) for user in StaffUser.objects.order_by("-is_active", "pk")]
        machine = (ActorKind.SYSTEM.value, _("The system"))
        self.fields["who"].choices = [("", _("Decided by anybody")), *people, machine]  # type: ignore[attr-defined]


class Filters(console_filters.Filters):
    form_class = FilterForm
    dates_label = _("Decided")


def find_shelf(key: str) -> Shelf:
    """The one of this name, else all."""
    return next((shelf for shelf in SHELVES if shelf.key == key), SHELVES[0])


def narrow(shelf: Shelf, filters: Filters, scope: str) -> "QuerySet[Refund]":
    """The refunds of a shelf that fit the filters; a number is looked for on all shelves."""
    if text := filters.get("q").strip():
        rows = rows_in_scope(Refund.objects.filter(pk__in=_find(text)), scope)
    else:
        rows = shelf.find(scope)
    rows = rows.filter(_is_fitting(filters))
    return rows.select_related("payment", "order__customer")


def _is_fitting(filters: Filters) -> Q:
    fits = Q()
    if method := filters.get("method"):
        fits &= Q(payment__method=method)
    if cause := filters.get("cause"):
        fits &= Q(cause=cause)
    if who := filters.get("who"):
        is_staff = Q(decided_by_kind=ActorKind.STAFF, decided_by_id=int(who)) if who.isdigit() else Q()
        fits &= is_staff or Q(decided_by_kind=who)
    if since := filters.get("since"):
        fits &= Q(created_at__gte=clock.start_of_day(since))
    if until := filters.get("until"):
        fits &= Q(created_at__lt=clock.start_of_day(until + timedelta(days=1)))
    if (above := filters.values.get("above")) is not None:
        fits &= Q(amount_fen__gte=above)
    if (below := filters.values.get("below")) is not None:
        fits &= Q(amount_fen__lte=below)
    return fits


_MOST_FOUND = 200


def _find(text: str) -> list[int]:
    """By a whole number: of the refund, its order or its case, the gateway's, or what was typed at a payout."""
    number = normalise(text)
    by_columns = ({"number": text}, {"gateway_id": number}, {"reference": text}, {"case_number": text})
    found = Refund.objects.filter(order__number=number).values_list("pk", flat=True)
    others = [Refund.objects.filter(**column).values_list("pk", flat=True) for column in by_columns]
    return list(found.union(*others)[:_MOST_FOUND])
