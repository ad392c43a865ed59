"""Pages of the stores: all of them, a new one, and one with its buttons."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import has_capability
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.files.posted import describe_pictures, list_posted, take_posted
from shop.http.api.fields import read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.models import PickupStore
from shop.store.pages.tabs import list_tabs
from shop.store.pickup_stores.forms import StoreForm
from shop.store.pickup_stores.hours import find_next_opening, is_open_at, spell_week
from shop.store.pickup_stores.selectors import list_stores
from shop.store.pickup_stores.services import (
    MAX_PICTURES,
    add_store,
    change_store,
    close_store,
    list_picture_ids,
    open_store,
)
from shop.store.selectors import get_store_settings

HOME = "store:pickup_stores"
_PICTURES: Any = {"salt": "store-picture", "most": MAX_PICTURES}


CLOSE = Action(
    "pickup_store.close",
    bare_form("close_store", close_store),
    words=_(
        "Buyers can no longer choose this store; orders that wait there are still handed out. While no store is on,"
        " buyers are not offered pickup at all."
    ),
    done=_("The store is switched off."),
)
OPEN = Action(
    "pickup_store.open",
    bare_form("open_store", open_store),
    words=_("Buyers can choose this store again."),
    done=_("The store is switched on."),
)
ACTIONS = (CLOSE, OPEN)


@staff_page("settings.view")
def overview(request: StaffRequest) -> HttpResponse:
    """The stores, each with whether it is open now."""
    stores = [_describe(store) for store in list_stores()]
    context = {
        "stores": stores,
        "is_hidden": stores and not get_store_settings().pickup_on,
        **_frame(request),
    }
    return render(request, "store/pickup_stores.html", context)


def _describe(store: PickupStore) -> dict[str, Any]:
    moment = clock.now()
    is_open = is_open_at(store, moment)
    return {
        "store": store,
        "week": spell_week(store.hours),
        "is_open_now": is_open,
        "opens_at": None if is_open else find_next_opening(store, moment),
    }


def _frame(request: StaffRequest) -> dict[str, Any]:
    return {
        "tabs": list_tabs(request, inside=HOME),
        "may_edit": has_capability(request.actor, "settings.edit"),
    }


@staff_page("settings.edit", methods=("GET", "POST"), fresh=True)
def add(request: StaffRequest) -> HttpResponse:
    """A new store; POST makes it."""
    if request.method != "POST":
        return _render(request, StoreForm(), [])
    form = StoreForm(request.POST)
    if form.is_valid():
        try:
            pictures = take_posted(request, **_PICTURES)
            add_store(form.read(), pictures=pictures, actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            messages.success(request, _say_saved())
            return redirect(HOME)
    return _show_again(request, form)


def _say_saved() -> Any:
    if get_store_settings().pickup_on:
        return _("The store is saved. It is open from now on.")
    return _("The store is saved. Buyers are offered it once pickup is switched on.")


@staff_page("settings.edit", methods=("GET", "POST"), fresh=True)
def store(request: StaffRequest, store_id: int) -> HttpResponse:
    """One store; POST changes it."""
    subject = get_object_or_404(PickupStore, pk=store_id)
    if request.method != "POST":
        return _show(request, subject)
    form, seen = StoreForm(request.POST, store=subject), read_version(request.POST)
    if form.is_valid() and _save(request, form, subject, seen):
        return redirect("store:pickup_store", subject.pk)
    subject.version = seen  # Nobody has been told what others changed since.
    return _show_again(request, form, subject)


def _save(request: StaffRequest, form: StoreForm, subject: PickupStore, seen: int) -> bool:
    try:
        pictures = take_posted(request, **_PICTURES)
        saved = change_store(
            subject.pk, form.read(), pictures=pictures, actor=request.actor, expected_version=seen
        )
    except Refused as refused:
        form.show_refusal(refused)
        return False
    if saved.version == seen:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("The store is saved."))
    return True


def _show_again(request: StaffRequest, form: StoreForm, subject: PickupStore | None = None) -> HttpResponse:
    """The form with what is wrong; pictures uploaded with it have to be chosen again."""
    kept = list_posted(request, **_PICTURES)
    more = _describe_page(request, subject) if subject else {}
    return _render(request, form, kept, status=HTTPStatus.UNPROCESSABLE_ENTITY, **more)


def _show(
    request: StaffRequest,
    subject: PickupStore,
    *,
    bound: object = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    form, pictures = StoreForm(store=subject), list_picture_ids(subject)
    more = _describe_page(request, subject)
    return _render(request, form, pictures, status=status, dialog=dialog, **more)


def _describe_page(request: StaffRequest, subject: PickupStore) -> dict[str, Any]:
    offers = list_offers(
        ACTIONS, subject, request.actor, action_url=_find_action_url, is_silent=lambda _refused: True
    )
    return {**_describe(subject), "offers": offers, "changes": tell_last(subject)}


def _render(
    request: StaffRequest, form: StoreForm, pictures: list[int], *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    context = {"form": form, **describe_pictures(pictures, **_PICTURES), **more, **_frame(request)}
    return render(request, "store/pickup_store.html", context, status=status)


def _find_action_url(subject: PickupStore, name: str) -> str:
    return reverse(f"store:{name}", args=[subject.pk])


def _get(_actor: Actor, store_id: int) -> PickupStore:
    return get_object_or_404(PickupStore, pk=store_id)


PAGE = ActionPage(
    get=_get,
    render=_show,
    url=lambda subject: reverse("store:pickup_store", args=[subject.pk]),
    action_url=_find_action_url,
)
