"""Pages of the invites: those that were made, a new one, and one with its QR code."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pickup.forms import StoresField
from pickup.models import Invite, InviteState
from pickup.pictures import draw_svg
from pickup.services.invites import make_invite, make_link, revoke_invite
from shop import clock
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.moves.table import find_subject
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

SETUP = "pickup.setup"
ACTIONS = (
    Action(
        "invite.revoke",
        bare_form("revoke_invite", revoke_invite),
        words=_("Nobody joins by it any more. Who has joined by it stays a verifier."),
        done=_("The invite is revoked."),
        is_grave=True,
    ),
)


class InviteForm(forms.Form):
    stores = StoresField()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["stores"].offer()  # type: ignore[attr-defined]  # as declared above


@staff_page(SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """The newest first: for which stores, who made it and when, and what became of it."""
    rows = Invite.objects.select_related("person__customer", "used_by__customer").prefetch_related("stores")
    page = read_page(rows, request)
    return render(request, "pickup/invites.html", {"page": page, "now": clock.now()})


@staff_page(SETUP, methods=("GET", "POST"))
def invite_somebody(request: StaffRequest) -> HttpResponse:
    """Choose the stores; the QR code comes next."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = make_invite(form.cleaned_data["stores"], actor=request.actor)
        return redirect("pickup:invite", made.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "pickup/new_invite.html", {"form": form}, status=status)


@staff_page(SETUP)
def invite(request: StaffRequest, invite_id: int) -> HttpResponse:
    """One invite; while it waits, with its QR code and link."""
    return _show(request, _get(request.actor, invite_id))


@staff_page(SETUP)
def qr_code(request: StaffRequest, invite_id: int) -> HttpResponse:
    """The QR code of an invite that waits."""
    found = _get(request.actor, invite_id)
    if not is_waiting(found):
        raise Refused("not_found", find_subject(Invite).missing, 404)
    return HttpResponse(draw_svg(make_link(found)), content_type="image/svg+xml")


def is_waiting(found: Invite) -> bool:
    return found.state == InviteState.OPEN and found.expires_at > clock.now()


def _get(_actor: Actor, invite_id: int) -> Invite:
    rows = Invite.objects.select_related("person__customer", "used_by__customer").prefetch_related("stores")
    found = rows.filter(pk=invite_id).first()
    if found is None:
        raise Refused("not_found", find_subject(Invite).missing, 404)
    return found


def _show(
    request: StaffRequest, subject: Invite, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    is_open = is_waiting(subject)
    context = {
        "invite": subject,
        "link": make_link(subject) if is_open else "",
        "now": clock.now(),
        "offers": list_offers(ACTIONS, subject, request.actor, action_url=_find_action_url)
        if is_open
        else {},
        "dialog": dialog,
        "entries": tell_last(subject),
    }
    return render(request, "pickup/invite.html", context, status=status)


def _find_action_url(subject: Invite, name: str) -> str:
    return reverse(f"pickup:{name}", args=[subject.pk])


PAGE = ActionPage(
    get=_get,
    render=_show,
    url=lambda subject: reverse("pickup:invite", args=[subject.pk]),
    action_url=_find_action_url,
)
