"""Pages of the senders: a new one, and one with what can be done to it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.console.timeline import tell_last
from shop.couriers.forms import SenderForm
from shop.couriers.models import Sender
from shop.couriers.moves import SETUP
from shop.couriers.services.senders import (
    add_sender,
    change_sender,
    choose_sender,
    retire_sender,
    take_up_sender,
)
from shop.couriers.views import HOME, frame
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

CHOOSE = Action(
    "sender.choose",
    bare_form("choose", choose_sender),
    words=_("New parcels are sent from here unless somebody chooses another sender."),
    done=_("This sender is the default now."),
)
RETIRE = Action(
    "sender.retire",
    bare_form("retire", retire_sender),
    words=_("It is not offered any more when something is sent. You can use it again."),
    done=_("This sender is not offered any more."),
)
TAKE_UP = Action(
    "sender.take_up",
    bare_form("take_up", take_up_sender),
    words=_("It is offered again when something is sent."),
    done=_("This sender is offered again."),
)
ACTIONS = (CHOOSE, RETIRE, TAKE_UP)


@staff_page(SETUP, methods=("GET", "POST"))
def add(request: StaffRequest) -> HttpResponse:
    """A new sender; POST makes it."""
    form = SenderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_sender(form.read(), actor=request.actor)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The sender is added."))
            return redirect(HOME)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "couriers/sender.html", {"form": form} | frame(request), status=status)


@staff_page(SETUP, methods=("GET", "POST"))
def sender(request: StaffRequest, sender_id: int) -> HttpResponse:
    """One sender; POST changes it."""
    subject = get_object_or_404(Sender, pk=sender_id)
    if request.method != "POST":
        return _show(request, subject)
    form, seen = SenderForm(request.POST, sender=subject), read_version(request.POST)
    if not form.is_valid():
        subject.version = seen  # Nobody has been told what others changed since.
        return _show(request, subject, bound=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        change_sender(subject.pk, form.read(), actor=request.actor, expected_version=seen)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show(request, subject, bound=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("The sender is saved."))
    return redirect(HOME)


def _show(
    request: StaffRequest,
    subject: Sender,
    *,
    bound: SenderForm | None = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "form": bound or SenderForm(sender=subject),
        "sender": subject,
        "offers": list_offers(ACTIONS, subject, request.actor, action_url=_find_action_url),
        "dialog": dialog,
        "changes": tell_last(subject),
    }
    return render(request, "couriers/sender.html", context | frame(request), status=status)


def _find_action_url(subject: Sender, name: str) -> str:
    return reverse(f"couriers:{name}", args=[subject.pk])


PAGE = ActionPage(
    get=lambda _actor, sender_id: get_object_or_404(Sender, pk=sender_id),
    render=_show,
    url=lambda _subject: reverse(HOME),
    action_url=_find_action_url,
)
