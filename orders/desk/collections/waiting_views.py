"""The page of the parcels that wait for their couriers, and one press for all of a courier and a sender."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.collections.models import CollectionState
from orders.collections.waiting import list_waiting
from orders.desk.collections.groups import Group, find_group, list_groups, list_subjects
from orders.desk.list.bulk_forms import HandOverForm
from orders.scope import scope_key
from shop.errors import Refused
from shop.http.dialogs import Dialog, show_dialog
from shop.http.paging import read_page
from shop.jobs.pages import follow_job, make_key, read_key
from shop.jobs.services import make_job
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.ship")
def list_parcels_to_hand_over(request: StaffRequest) -> HttpResponse:
    """Groups with their buttons, and each parcel, the newest first."""
    return _render(request)


@staff_page("orders.ship", methods=("GET", "POST"))
def hand_group_over(request: StaffRequest) -> HttpResponse:
    """GET asks when the courier may come; POST makes the job over the orders of the group."""
    sent = request.POST if request.method == "POST" else request.GET
    group = find_group(list_groups(request.actor), sent.get("courier", ""), sent.get("sender", ""))
    if group is None:
        raise Refused("nothing_to_hand_over", _("None of these parcels waits for its courier any more."))
    if request.method == "POST":
        return _take(request, group)
    initial = {"how": CollectionState.REQUESTED, "sender_id": group.params["sender"]}
    dialog = _make_dialog(group, HandOverForm(initial=initial), make_key())
    return show_dialog(request, dialog, lambda shown: _render(request, dialog=shown))


def _take(request: StaffRequest, group: Group) -> HttpResponse:
    form, key = HandOverForm(request.POST), read_key(request)
    if not form.is_valid():
        dialog = _make_dialog(group, form, key, is_open=True)
        return _render(request, dialog=dialog, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    typed = form.read() | {"courier": group.courier}
    subjects = list_subjects(group, request.actor)
    job = make_job("order.hand_over", actor=request.actor, key=key, subjects=subjects, typed=typed)
    return follow_job(request, job)


def _make_dialog(group: Group, form: HandOverForm, key: str, *, is_open: bool = False) -> Dialog:
    return Dialog(
        template="desk/collections/_ask.html",
        name="hand_over",
        title=_("Call the courier"),
        url=reverse("orders:hand_group_over"),
        form=form,
        subject={"group": group, "key": key},
        is_open=is_open,
    )


def _render(
    request: StaffRequest, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    groups = list_groups(request.actor)
    context = {
        "groups": groups,
        "page": read_page(list_waiting(scope_key(request.actor)), request),
        "key": make_key(),
        "dialog": dialog,
    }
    return render(request, "desk/collections/waiting.html", context, status=status)
