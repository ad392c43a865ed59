"""What was handed out: by whom, where and when, with what was undone."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.scope import scope_key
from pickup.models import Verification, Verifier
from pickup.selectors import list_records
from shop import clock
from shop.access import has_capability
from shop.actor import Actor
from shop.console.fields import DayField
from shop.console.filters import Filters
from shop.http.paging import BY_ID, Keyset, read_moment, read_page
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.choices import Delivery
from shop.store.models import PickupStore

_BY_TIME = Keyset("at", read_moment)


class RecordsForm(forms.Form):
    """The address is its state."""

    store = forms.TypedChoiceField(label=_("Store"), coerce=int, empty_value=None, required=False)
    verifier = forms.TypedChoiceField(label=_("Verifier"), coerce=int, empty_value=None, required=False)
    undone = forms.TypedChoiceField(
        label=_("Undone"),
        choices=[("", _("all")), ("yes", _("undone only"))],
        required=False,
    )
    since = DayField(_("From"))
    until = DayField(_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = PickupStore.objects.order_by("pk").values_list("pk", "name")
        rows = Verifier.objects.select_related("customer").order_by("pk")
        verifiers = [(row.pk, row.name) for row in rows]
        self.fields["store"].choices = [("", _("Every store")), *stores]  # type: ignore[attr-defined]
        self.fields["verifier"].choices = [("", _("Everybody")), *verifiers]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)
        for name in ("store", "verifier", "undone"):
            self.fields[name].widget.attrs["data-autosubmit"] = True


class RecordFilters(Filters):
    form_class = RecordsForm
    dates_label = _("Handed out")

    @property
    def keyset(self) -> Keyset:
        """What the records are ordered by: with days by time, so that an old day is found by its index."""
        return _BY_TIME if self.has_dates else BY_ID

    def find(self, rows: "QuerySet[Verification]") -> "QuerySet[Verification]":
        columns = {name: self.get(name) for name in ("store", "verifier") if self.get(name)}
        rows = rows.filter(**columns, **self._list_bounds())
        return rows.filter(undone_at__isnull=False) if self.get("undone") else rows

    def _list_bounds(self) -> dict[str, datetime]:
        """Days are the shop's own, both ends included."""
        bounds = {}
        if since := self.get("since"):
            bounds["at__gte"] = clock.start_of_day(since)
        if until := self.get("until"):
            bounds["at__lt"] = clock.start_of_day(until + timedelta(days=1))
        return bounds


@staff_page("orders.view")
def overview(request: StaffRequest) -> HttpResponse:
    """The newest first."""
    filters = RecordFilters(request.GET)
    rows = filters.find(list_records(scope_key(request.actor)))
    context = {
        "page": read_page(rows, request, filters.keyset),
        "form": filters.form,
        "chips": filters.list_chips(request.path),
        "unread": filters.form.errors,
        "export_url": _find_export_url(filters, request.actor),
    }
    return render(request, "pickup/records.html", context)


def _find_export_url(filters: RecordFilters, actor: Actor) -> str:
    """The page of a new sheet of the records of these orders, "" for who exports nothing.

    It goes by orders, whose days are others than those of their verifications: they are chosen there.
    """
    if not has_capability(actor, "orders.export"):
        return ""
    orders = {"delivery": Delivery.PICKUP.value, "store": filters.get("store")}
    wanted = urlencode({name: value for name, value in orders.items() if value})
    return f"{reverse('exports:new')}?{urlencode({'sheet': 'handed_out', 'filter': wanted})}"
