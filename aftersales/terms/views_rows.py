"""Pages of one reason and of one return address: added, changed, laid aside."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.terms.forms import ReasonForm, ReturnAddressForm
from aftersales.terms.models import Reason, ReturnAddress
from aftersales.terms.services.addresses import (
    add_address,
    change_address,
    choose_address,
    retire_address,
    take_up_address,
)
from aftersales.terms.services.reasons import add_reason, change_reason, retire_reason, take_up_reason
from aftersales.terms.views import EDIT, HOME, frame
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

_OFFERED_NO_MORE = _("It is not offered any more. You can use it again.")
_OFFERED_AGAIN = _("It is offered again.")
REASON_ACTIONS = (
    Action("aftersale_reason.retire", bare_form("retire_reason", retire_reason), words=_OFFERED_NO_MORE),
    Action("aftersale_reason.take_up", bare_form("take_up_reason", take_up_reason), words=_OFFERED_AGAIN),
)
ADDRESS_ACTIONS = (
    Action(
        "return_address.choose",
        bare_form("choose_return_address", choose_address),
        words=_("Returns go here unless somebody chooses another address."),
    ),
    Action(
        "return_address.retire", bare_form("retire_return_address", retire_address), words=_OFFERED_NO_MORE
    ),
    Action(
        "return_address.take_up", bare_form("take_up_return_address", take_up_address), words=_OFFERED_AGAIN
    ),
)


@dataclass(frozen=True)
class _Room:
    """What a page of one kind of row is made of."""

    model: Any
    template: str
    make_form: Callable[..., forms.Form]
    add: Callable[..., object]
    change: Callable[..., object]
    actions: tuple[Action, ...]


def _make_reason_form(data: Any = None, row: Reason | None = None) -> ReasonForm:
    return ReasonForm(data, reason=row)


def _make_address_form(data: Any = None, row: Any = None) -> ReturnAddressForm:
    return ReturnAddressForm(data, sender=row)


REASONS = _Room(
    Reason, "aftersales/settings/reason.html", _make_reason_form, add_reason, change_reason, REASON_ACTIONS
)
ADDRESSES = _Room(
    ReturnAddress,
    "aftersales/settings/address.html",
    _make_address_form,
    add_address,
    change_address,
    ADDRESS_ACTIONS,
)


@staff_page(EDIT, methods=("GET", "POST"))
def new_reason(request: StaffRequest) -> HttpResponse:
    """A new reason; POST adds it."""
    return _write(request, REASONS)


@staff_page(EDIT, methods=("GET", "POST"))
def reason(request: StaffRequest, reason_id: int) -> HttpResponse:
    """One reason; POST changes it."""
    return _write(request, REASONS, get_object_or_404(Reason, pk=reason_id))


@staff_page(EDIT, methods=("GET", "POST"))
def new_return_address(request: StaffRequest) -> HttpResponse:
    """A new return address; POST adds it."""
    return _write(request, ADDRESSES)


@staff_page(EDIT, methods=("GET", "POST"))
def return_address(request: StaffRequest, address_id: int) -> HttpResponse:
    """One return address; POST changes it."""
    return _write(request, ADDRESSES, get_object_or_404(ReturnAddress, pk=address_id))


def _write(request: StaffRequest, room: _Room, row: Any = None) -> HttpResponse:
    if request.method != "POST":
        return _show(request, row, room=room)
    form, seen = room.make_form(request.POST, row), read_version(request.POST)
    if form.is_valid():
        try:
            _save(request, room, row, form, seen)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(HOME)
    elif row:
        row.version = seen  # Nobody has been told what others changed since.
    return _show(request, row, room=room, bound=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _save(request: StaffRequest, room: _Room, row: Any, form: Any, seen: int) -> None:
    values = form.read() if hasattr(form, "read") else form.cleaned_data
    if row is None:
        room.add(values, actor=request.actor)
    else:
        room.change(row.pk, values, actor=request.actor, expected_version=seen)


def _show(
    request: StaffRequest,
    row: Any,
    *,
    room: _Room | None = None,
    bound: Any = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    room = room or (REASONS if isinstance(row, Reason) else ADDRESSES)
    context: dict[str, Any] = {"form": bound or room.make_form(None, row), "row": row, "dialog": dialog}
    if row:
        context |= {
            "offers": list_offers(room.actions, row, request.actor, action_url=_find_action_url),
            "changes": tell_last(row),
        }
    return render(request, room.template, context | frame(request), status=status)


def _find_action_url(row: Any, name: str) -> str:
    return reverse(f"aftersales:{name}", args=[row.pk])


REASON_PAGE = ActionPage(
    get=lambda _actor, reason_id: get_object_or_404(Reason, pk=reason_id),
    render=_show,
    url=lambda _row: reverse(HOME),
    action_url=_find_action_url,
)
ADDRESS_PAGE = ActionPage(
    get=lambda _actor, address_id: get_object_or_404(ReturnAddress, pk=address_id),
    render=_show,
    url=lambda _row: reverse(HOME),
    action_url=_find_action_url,
)
