"""The pages on which the owner chooses which alerts are spoken; for each kind, to whom and with which sound."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from notifications.kinds import KINDS, list_roles
from notifications.models import AlertKind, AlertSetting
from notifications.voice.selectors import get_alert_setting, list_alert_settings
from notifications.voice.services import (
    choose_hearing_roles,
    choose_voiced_kinds,
    reset_kind_sound,
    set_kind_sound,
)
from shop.access import ROLE_LABELS, has_capability, require
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.sound import read_upload
from shop.store.pages.tabs import list_tabs


@dataclass(frozen=True)
class Hearer:
    """A role to which the kind belongs, and whether the kind is spoken to it."""

    role: str
    label: Any
    hears: bool


@dataclass(frozen=True)
class Row:
    """A kind: how it is set, what is said, and the roles to which it belongs."""

    setting: AlertSetting
    label: Any
    words: str
    hearers: list[Hearer]


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def settings_page(request: StaffRequest) -> HttpResponse:
    """Every kind with its switch; POST saves and needs `settings.edit`."""
    if request.method != "POST":
        return _show_all(request)
    require(request.actor, "settings.edit")
    try:
        voiced = request.POST.getlist("voiced")
        choose_voiced_kinds(voiced, actor=request.actor, seen=_read_seen(request))
    except Refused as refused:
        return _show_all(request, error=str(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("The settings are saved."))
    return redirect("voice:settings")


def _read_seen(request: StaffRequest) -> dict[str, int]:
    """The versions that the page was shown with, sent as `kind:version`."""
    pairs = (text.rpartition(":") for text in request.POST.getlist("seen"))
    return {kind: read_version({"version": version}) for kind, _colon, version in pairs}


def _show_all(request: StaffRequest, *, error: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "rows": [_row(setting) for setting in list_alert_settings()],
        "may_edit": has_capability(request.actor, "settings.edit"),
        "error": error,
        "tabs": list_tabs(request),
    }
    return render(request, "notifications/settings.html", context, status=status)


def _row(setting: AlertSetting) -> Row:
    kind = AlertKind(setting.kind)
    hearers = [Hearer(role, ROLE_LABELS[role], role not in setting.silent_roles) for role in list_roles(kind)]
    return Row(setting, kind.label, KINDS[kind].one, hearers)


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def kind_page(request: StaffRequest, alert_kind: str) -> HttpResponse:
    """To whom one kind is spoken, and its sound; POST saves the roles and needs `settings.edit`."""
    kind = _read_kind(alert_kind)
    if request.method != "POST":
        return _show_kind(request, kind)
    require(request.actor, "settings.edit")
    seen = read_version(request.POST)
    roles = request.POST.getlist("role")
    try:
        choose_hearing_roles(kind, roles, actor=request.actor, expected_version=seen)
    except Refused as refused:
        return _show_kind(request, kind, error=str(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("The settings are saved."))
    return redirect("voice:settings")


@staff_page("settings.edit", methods=("POST",))
def upload_sound(request: StaffRequest, alert_kind: str) -> HttpResponse:
    """Take in a sound of this kind, or show the page with a sentence beside the file's field."""
    kind = _read_kind(alert_kind)
    try:
        set_kind_sound(kind, read_upload(request), actor=request.actor)
    except Refused as refused:
        return _show_kind(request, kind, sound_error=str(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Alerts of this kind ring with their own sound."))
    return redirect("voice:kind", kind)


@staff_page("settings.edit", methods=("POST",))
def reset_sound(request: StaffRequest, alert_kind: str) -> HttpResponse:
    kind = _read_kind(alert_kind)
    reset_kind_sound(kind, actor=request.actor)
    messages.success(request, _("Alerts of this kind ring with the sound of the shop again."))
    return redirect("voice:kind", kind)


def _read_kind(text: str) -> AlertKind:
    if text not in AlertKind.values:
        raise Refused("not_found", _("There is no such kind of alert."), 404)
    return AlertKind(text)


def _show_kind(
    request: StaffRequest,
    kind: AlertKind,
    *,
    error: str = "",
    sound_error: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "row": _row(get_alert_setting(kind)),
        "may_edit": has_capability(request.actor, "settings.edit"),
        "error": error,
        "sound_error": sound_error,
        "tabs": list_tabs(request, inside="voice:settings"),
    }
    return render(request, "notifications/kind.html", context, status=status)
