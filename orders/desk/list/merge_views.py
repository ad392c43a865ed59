"""Merging the chosen orders, each to its place: asked first, then done at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext

from orders.desk.list.bulk import MERGE, count_choice, list_chosen_ids
from orders.desk.list.bulk_forms import BulkForm
from orders.desk.list.bulk_views import make_dialog
from orders.desk.list.selection import Selection, read_selection
from orders.desk.list.views import draw_list
from orders.services.merging import merge_by_place
from shop.errors import Refused
from shop.http.dialogs import Dialog, show_dialog
from shop.staff.decorators import StaffRequest, staff_page

MOST_AT_ONCE = 200


@staff_page(MERGE.capability, methods=("GET", "POST"))
def merge(request: StaffRequest) -> HttpResponse:
    """GET asks (the dialog), POST merges; a refusal says which orders do not fit."""
    if request.method == "POST":
        return _merge(request, read_selection(request.POST))
    selection = read_selection(request.GET)
    dialog = _ask(request, selection, BulkForm())
    return show_dialog(request, dialog, lambda shown: draw_list(request, selection.filters, dialog=shown))


def _ask(request: StaffRequest, selection: Selection, form: BulkForm) -> Dialog:
    choice = count_choice(selection, MERGE, actor=request.actor)
    return make_dialog(MERGE, selection, choice, form=form, template="desk/list/_merge_ask.html")


def _merge(request: StaffRequest, selection: Selection) -> HttpResponse:
    ids = list_chosen_ids(selection, MERGE, actor=request.actor, most=MOST_AT_ONCE)
    try:
        merged = merge_by_place(ids, actor=request.actor)
    except Refused as refused:
        form = BulkForm({})
        form.add_error(None, str(refused))
        dialog = _ask(request, selection, form)
        return draw_list(request, selection.filters, dialog=dialog, status=refused.status)
    messages.success(request, _say_merged(len(merged), len({order.bundle for order in merged})))
    return redirect(selection.filters.make_url(reverse("orders:list")))


def _say_merged(orders: int, parcels: int) -> str:
    done = ngettext(
        "%(orders)d orders go together in one parcel.",
        "%(orders)d orders go in %(parcels)d parcels.",
        parcels,
    )
    return done % {"orders": orders, "parcels": parcels}
