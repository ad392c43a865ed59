"""The page where the shop chooses the districts that it delivers to itself."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shop.access import has_capability, require
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.area.places import (
    Place,
    describe_area,
    find_city,
    list_inside,
    load_places,
    set_inside,
    tidy_places,
)
from shop.store.models import StoreSettings
from shop.store.pages.tabs import list_tabs
from shop.store.selectors import get_store_settings
from shop.store.services import change_store_settings

SHOWN = 60


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def area_page(request: StaffRequest) -> HttpResponse:
    """What is delivered to, and the districts of one city to tick; POST saves and needs `settings.edit`."""
    store = get_store_settings()
    if request.method != "POST":
        return _show(request, store)
    require(request.actor, "settings.edit")
    try:
        change_store_settings(
            {"local_districts": _read_choice(store.local_districts, request.POST)},
            actor=request.actor,
            expected_version=read_version(request.POST),
        )
    except Refused as refused:
        return _show(request, store, error=str(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("The delivery area is saved."))
    return redirect("store:area")


def _read_choice(chosen: list[str], posted: QueryDict) -> list[str]:
    """The places after one press: a whole one added, one taken away, or the ticks of one city."""
    places = load_places()
    if (code := posted.get("remove", "")) in places:
        inside = {place.code for place in list_inside(code)}
        return tidy_places([other for other in chosen if other != code and other not in inside])
    if (code := posted.get("add", "")) in places:
        return tidy_places([*chosen, code])
    if (code := posted.get("city", "")) in places:
        return set_inside(chosen, code, posted.getlist("district"))
    return chosen


def _show(
    request: StaffRequest, store: StoreSettings, *, error: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    words = request.GET.get("place", "").strip()[:20]
    city = load_places().get(request.POST.get("city") or request.GET.get("city", ""))
    found = find_city(words)
    context = {
        "store": store,
        "may_edit": has_capability(request.actor, "settings.edit"),
        "tabs": list_tabs(request),
        "error": error,
        "parts": describe_area(store.local_districts),
        "words": words,
        "found": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "provinces": _list_provinces(),
        "city": city,
        "boxes": _list_boxes(city, store.local_districts) if city else [],
    }
    return render(request, "store/area.html", context, status=status)


def _list_provinces() -> list[tuple[Place, list[Place]]]:
    """Every province with its cities; a municipality is its own."""
    provinces = [place for place in load_places().values() if place.code.endswith("0000")]
    return [(place, [place] if place.city else list_inside(place.code)) for place in provinces]


def _list_boxes(city: Place, chosen: list[str]) -> list[Mapping[str, Any]]:
    """The districts of a city, each with whether it is delivered to."""
    is_whole = bool({city.code, city.code[:2] + "0000"}.intersection(chosen))
    return [{"place": place, "is_on": is_whole or place.code in chosen} for place in list_inside(city.code)]
