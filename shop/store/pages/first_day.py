"""The list of a shop's first day, and what its owner leaves out of it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from shop.http.middleware import way_back
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.selectors import get_store_settings
from shop.store.services import leave_step_out
from shop.store.steps import list_states


@staff_page("settings.edit")
def first_day(request: StaffRequest) -> HttpResponse:
    """Every step, however it stands; the home page shows the same until the last is done."""
    states = list_states(get_store_settings(), request.COOKIES, actor=request.actor)
    return render(request, "store/first_day.html", {"states": states})


@staff_page("settings.edit", methods=("POST",))
def leave_out(request: StaffRequest, step: str) -> HttpResponse:
    leave_step_out(step, True, actor=request.actor)
    return redirect(way_back(request))


@staff_page("settings.edit", methods=("POST",))
def take_up(request: StaffRequest, step: str) -> HttpResponse:
    leave_step_out(step, False, actor=request.actor)
    return redirect(way_back(request))
