"""The page on which the owner chooses which kinds of alerts are spoken."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from notifications.kinds import CAPABILITIES_OF
from notifications.models import AlertKind, AlertSetting
from notifications.selectors import list_alert_settings
from notifications.settings import choose_voiced_kinds
from notifications.voice import PHRASES
from shop.access import ROLE_LABELS, ROLES, has_capability, require
from shop.errors import Refused
from shop.http.fields import read_version
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.tabs import list_tabs


@dataclass(frozen=True)
class Row:
    """A kind: how it is set, what is said, and the roles to which it belongs."""

    setting: AlertSetting
    label: Any
    words: str
    roles: list[Any]


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def settings_page(request: StaffRequest) -> HttpResponse:
    """Every kind with its switch; POST saves and needs `settings.edit`."""
    if request.method != "POST":
        return _show(request)
    require(request.actor, "settings.edit")
    try:
        choose_voiced_kinds(request.POST.getlist("voiced"), actor=request.actor, seen=_read_seen(request))
    except Refused as refused:
        return _show(request, error=str(refused), status=422)
    messages.success(request, _("The settings are saved."))
    return redirect("voice:settings")


def _read_seen(request: StaffRequest) -> dict[str, int]:
    """The versions that the page was shown with, sent as `kind:version`."""
    pairs = (text.rpartition(":") for text in request.POST.getlist("seen"))
    return {kind: read_version(version) for kind, _colon, version in pairs}


def _show(request: StaffRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "rows": [_row(setting) for setting in list_alert_settings()],
        "may_edit": has_capability(request.actor, "settings.edit"),
        "error": error,
        "tabs": list_tabs(request),
    }
    return render(request, "notifications/settings.html", context, status=status)


def _row(setting: AlertSetting) -> Row:
    kind = AlertKind(setting.kind)
    roles = [ROLE_LABELS[role] for role, rights in ROLES.items() if rights & set(CAPABILITIES_OF[kind])]
    return Row(setting, kind.label, PHRASES[kind].one, roles)
