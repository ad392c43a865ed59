"""What was handed out: by whom, where and when, with what was undone."""

from typing import Any

from django import forms
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_in_scope, scope_key
from pickup.models import Verification, Verifier
from shop.console.filters import Filters
from shop.http.paging import read_page
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.models import PickupStore


class RecordsForm(forms.Form):
    """The address is its state."""

    store = forms.TypedChoiceField(label=_("Store"), coerce=int, empty_value=None, required=False)
    verifier = forms.TypedChoiceField(label=_("Verifier"), coerce=int, empty_value=None, required=False)
    undone = forms.TypedChoiceField(
        label=_("Undone"),
        choices=[("", _("all")), ("yes", _("undone only"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = PickupStore.objects.order_by("pk").values_list("pk", "name")
        rows = Verifier.objects.select_related("customer").order_by("pk")
        verifiers = [(row.pk, row.name) for row in rows]
        self.fields["store"].choices = [("", _("Every store")), *stores]  # type: ignore[attr-defined]
        self.fields["verifier"].choices = [("", _("Everybody")), *verifiers]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs |= {"data-autosubmit": True, "aria-label": str(field.label)}


class RecordFilters(Filters):
    form_class = RecordsForm

    def find(self, rows: "QuerySet[Verification]") -> "QuerySet[Verification]":
        columns = {name: self.get(name) for name in ("store", "verifier") if self.get(name)}
        rows = rows.filter(**columns)
        return rows.filter(undone_at__isnull=False) if self.get("undone") else rows


@staff_page("orders.view")
def overview(request: StaffRequest) -> HttpResponse:
    """The newest first."""
    filters = RecordFilters(request.GET)
    rows = rows_in_scope(Verification.objects.all(), scope_key(request.actor))
    rows = rows.select_related("order", "store", "verifier__customer").annotate(pieces=Sum("lines__quantity"))
    context = {
        "page": read_page(filters.find(rows), request),
        "form": filters.form,
        "chips": filters.list_chips(request.path),
    }
    return render(request, "pickup/records.html", context)
