"""Pages of the people who work here: the list, hiring, and one person's account."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.access import CAPABILITIES, ROLES, has_capability
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.accounts import end_session, end_sessions, make_password_once
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.actions.views import make_action_view
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.models import StaffUser
from shop.staff.pages.actions import CHANGE, DISABLE, ENABLE, ResetForm, find_action_url
from shop.staff.pages.forms import HireForm, PeopleFilterForm
from shop.staff.pages.me import say_ended
from shop.staff.selectors import count_staff, list_devices, list_staff
from shop.staff.services import hire_staff, is_own, may_manage
from shop.store.pickup_stores.selectors import name_stores

_UNPROCESSABLE = 422
_SHOWS_DISABLED = "disabled"
EVENTS_SHOWN = 20


@staff_page("staff.view")
def people(request: StaffRequest) -> HttpResponse:
    """Who works here, newest first; `?state=disabled` shows who no longer does; `?name=` and `?role=` narrow both."""
    is_active = request.GET.get("state") != _SHOWS_DISABLED
    form = PeopleFilterForm(request.GET)
    found = form.find()
    context = {
        "page": read_page(list_staff(found, is_active=is_active), request),
        "tabs": _make_tabs(count_staff(found), request, is_active=is_active),
        "form": form,
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "is_active": is_active,
        "may_hire": has_capability(request.actor, "staff.manage"),
    }
    return render(request, "staff/people.html", context)


def _make_tabs(counts: tuple[int, int], request: StaffRequest, *, is_active: bool) -> list[dict[str, Any]]:
    tabs = ((_("Working here"), "", is_active), (_("Disabled"), _SHOWS_DISABLED, not is_active))
    return [
        {
            "label": label,
            "url": make_url(request.path, request.GET, state=state, older="", newer=""),
            "count": count,
            "is_active": is_here,
        }
        for (label, state, is_here), count in zip(tabs, counts, strict=True)
    ]


@staff_page("staff.manage", methods=("GET", "POST"), fresh=True)
def hire(request: StaffRequest) -> HttpResponse:
    """Hire somebody; the answer shows their first password, once."""
    form = HireForm(request.actor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = make_password_once()
        try:
            user = hire_staff(**form.cleaned_data, password=password, actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            return _show_password(request, user, password, is_new=True)
    status = _UNPROCESSABLE if form.errors else HTTPStatus.OK
    return render(request, "staff/hire.html", {"form": form, "roles": _describe_roles(form)}, status=status)


def _describe_roles(form: HireForm) -> list[tuple[Any, list[Any]]]:
    choices: Any = form.fields["role"]
    return [
        (label, [words for name, words in CAPABILITIES.items() if name in ROLES[role]])
        for role, label in choices.choices
    ]


def _show_password(
    request: StaffRequest, user: StaffUser, password: str, *, is_new: bool = False
) -> HttpResponse:
    """The only time the password is shown: it is in this answer and nowhere else."""
    context = {"person": user, "password": password, "is_new": is_new}
    return render(request, "staff/password_once.html", context)


@staff_page("staff.view")
def person(request: StaffRequest, staff_id: int) -> HttpResponse:
    """One person: role and limit, devices, what was done to the account."""
    return _show_person(request, get_object_or_404(StaffUser, pk=staff_id))


def _show_person(
    request: StaffRequest, user: StaffUser, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    can_manage = may_manage(request.actor, user)
    context = {
        "person": user,
        "is_own": is_own(user, request.actor),
        "may_manage": can_manage,
        "offers": list_offers(
            (CHANGE, RESET, DISABLE, ENABLE),
            user,
            request.actor,
            action_url=find_action_url,
            is_silent=lambda _why: True,
        ),
        "may_see_record": has_capability(request.actor, "audit.view"),
        "dialog": dialog,
        "stores": name_stores(user.store_ids) if user.store_ids else "",
        "devices": list_devices(user, session_key=request.session.session_key) if can_manage else [],
        "entries": tell_last(user, EVENTS_SHOWN),
    }
    return render(request, "staff/person.html", context, status=status)


PERSON_PAGE = ActionPage(
    get=lambda _actor, staff_id: get_object_or_404(StaffUser, pk=staff_id),
    render=_show_person,
    url=lambda user: reverse("staff:person", args=[user.pk]),
    action_url=find_action_url,
)
RESET = Action(
    "staff.reset_password",
    ResetForm,
    submit=_("Reset and show the password"),
    words=_("The present password stops working and every device is signed out. The new one is shown once."),
    is_grave=True,
    is_fresh=True,
    answer=_show_password,
)
change, disable, enable, new_password = (
    make_action_view(PERSON_PAGE, action) for action in (CHANGE, DISABLE, ENABLE, RESET)
)


@staff_page("staff.manage", methods=("POST",))
def end_one(request: StaffRequest, staff_id: int, code: str) -> HttpResponse:
    """Sign one of their devices out."""
    end_session(staff_id, code, actor=request.actor)
    messages.success(request, _("The device is signed out."))
    return redirect("staff:person", staff_id)


@staff_page("staff.manage", methods=("POST",))
def end_all(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Sign all their devices out; of one's own this one stays."""
    keep = request.session.session_key if staff_id == request.user.pk else None
    messages.success(request, say_ended(end_sessions(staff_id, actor=request.actor, keep=keep)))
    return redirect("staff:person", staff_id)
