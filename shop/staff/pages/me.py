"""One's own account: password and devices."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from shop.errors import Refused
from shop.http.middleware import own_address
from shop.http.toasts import Button
from shop.staff.accounts import change_password, end_session, end_sessions
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.pages.forms import FirstPasswordForm, OwnPasswordForm
from shop.staff.selectors import list_devices
from shop.staff.services import staff_actor
from shop.staff.signing_in.reauthentication import (
    BACK,
    keep_reauthentication,
    lead_back,
    show_question,
    take_password,
)

_SAVED = _("Your password is changed. Other devices are signed out.")


@staff_page(None)
def account(request: StaffRequest) -> HttpResponse:
    """Who I am here, my password, my devices."""
    return _show_account(request, OwnPasswordForm(request))


def _show_account(
    request: StaffRequest, form: OwnPasswordForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    devices = list_devices(request.user, session_key=request.session.session_key)
    return render(request, "staff/me.html", {"form": form, "devices": devices}, status=status)


@staff_page(None, methods=("POST",))
def own_password(request: StaffRequest) -> HttpResponse:
    """Change the password by the present one; this device stays signed in, all others do not."""
    form = OwnPasswordForm(request, request.POST)
    if form.is_valid() and _change_password(request, form):
        return redirect("staff:me")
    return _show_account(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: Any) -> HttpResponse:
    """Choose a password of one's own instead of the one that was handed over; nothing else works before."""
    if not request.user.must_change_password:
        return redirect("staff:me")
    form = FirstPasswordForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _change_password(request, form):
        return redirect("desk:home")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "staff/first_password.html", {"form": form}, status=status)


def _change_password(request: HttpRequest, form: OwnPasswordForm | FirstPasswordForm) -> bool:
    key = request.session.session_key
    password = form.cleaned_data["new_password1"]
    try:
        user = change_password(form.user.pk, password=password, actor=staff_actor(form.user), session_key=key)
    except (Refused, ValidationError) as error:
        form.add_error("new_password1", error if isinstance(error, ValidationError) else str(error))
        return False
    update_session_auth_hash(request, user)
    keep_reauthentication(request.session)
    messages.success(request, _SAVED)
    return True


@staff_page(None, methods=("POST",))
def prove(request: StaffRequest) -> HttpResponse:
    """Take the password that a download asked for; the answer leads back, with a button that gets it."""
    next_url = own_address(request, request.POST.get("next", ""))
    if refused := take_password(request):
        return show_question(request, next_url=next_url, refused=refused)
    return lead_back(request, Button(next_url, is_file=True), request.POST.get(BACK, ""))


@staff_page(None, methods=("POST",))
def end_own(request: StaffRequest, code: str) -> HttpResponse:
    """Sign one of my devices out."""
    end_session(request.user.pk, code, actor=request.actor)
    messages.success(request, _("The device is signed out."))
    return redirect("staff:me")


@staff_page(None, methods=("POST",))
def end_others(request: StaffRequest) -> HttpResponse:
    """Sign all my devices out but this one."""
    ended = end_sessions(request.user.pk, actor=request.actor, keep=request.session.session_key)
    messages.success(request, say_ended(ended))
    return redirect("staff:me")


def say_ended(ended: int) -> str:
    return ngettext("%(n)d device is signed out.", "%(n)d devices are signed out.", ended) % {"n": ended}
