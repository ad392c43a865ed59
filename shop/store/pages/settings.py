"""The page of the store settings."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability, require
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.deliveries import name_pay_method
from shop.store.models import StoreSettings
from shop.store.pages.forms import StoreSettingsForm
from shop.store.pages.hints import list_hints
from shop.store.pages.tabs import list_tabs
from shop.store.selectors import get_store_settings, list_offers
from shop.store.services import change_store_settings


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def settings_page(request: StaffRequest) -> HttpResponse:
    """Every switch with what it needs; POST saves and needs `settings.edit`."""
    store = get_store_settings()
    if request.method != "POST":
        return _show_settings(request, StoreSettingsForm(instance=store))
    require(request.actor, "settings.edit")
    form = StoreSettingsForm(request.POST, instance=store)
    if not form.is_valid():
        store.version = read_version(request.POST)  # Nobody has been told what others changed since.
    elif _save_settings(request, form):
        return redirect("store:settings")
    return _show_settings(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _save_settings(request: StaffRequest, form: StoreSettingsForm) -> bool:
    seen = read_version(request.POST)
    try:
        change_store_settings(form.cleaned_data, actor=request.actor, expected_version=seen)
    except Refused as refused:
        form.show_refusal(refused)
        return False
    messages.success(request, _("The settings are saved."))
    return True


def show_settings_again(
    request: StaffRequest, *, sound_error: str = "", code_error: str = ""
) -> HttpResponse:
    """The page as it is stored, with what is wrong with the sound or the picture that was sent."""
    form = StoreSettingsForm(instance=get_store_settings())
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _show_settings(request, form, status=status, sound_error=sound_error, code_error=code_error)


def _show_settings(
    request: StaffRequest, form: StoreSettingsForm, *, status: int = HTTPStatus.OK, **errors: str
) -> HttpResponse:
    may_edit = has_capability(request.actor, "settings.edit")
    if not may_edit:
        form.lock()
    context = {
        "form": form,
        "may_edit": may_edit,
        "sound_error": errors.get("sound_error", ""),
        "code_error": errors.get("code_error", ""),
        "collection_code_url": form.instance.collection_code_url,
        "tabs": list_tabs(request),
        "offers": _describe_offers(get_store_settings()),
        "hints": list_hints(request.actor),
        "changes": tell_last(StoreSettings(pk=1)) if may_edit else [],
    }
    return render(request, "store/settings.html", context, status=status)


def _describe_offers(store: StoreSettings) -> list[tuple[Any, list[Any]]]:
    offers = list_offers(store)
    return [
        (delivery.label, [name_pay_method(method, delivery) for method in methods])
        for delivery, methods in offers.items()
    ]
