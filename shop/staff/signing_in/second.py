"""Two who agree: a colleague shows their password for one act of somebody else.

What was typed waits sealed inside the page that asks, as with the question for one's own password.
"""

from dataclasses import replace
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.http.middleware import own_address, way_back
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.staff.signing_in.gate import password_gate
from shop.staff.signing_in.reauthentication import carry, take_carried

REQUIRED = "second_person_required"
USERNAME, PASSWORD, CARRIED, BACK = "second_username", "second_password", "second_carried", "second_back"
AMOUNT = "second_amount"
_DIGITS = 13


def is_answer(request: HttpRequest) -> bool:
    """Whether this is the answer to `show_second`."""
    return request.method == "POST" and CARRIED in request.POST


def take_second(request: Any) -> HttpResponse | None:
    """Let the colleague stand beside `request.actor`, and `request.POST` hold what was typed; else the page again."""
    try:
        found = _find(request)
    except Refused as refused:
        return show_second(request, refused, carried=request.POST[CARRIED])
    request.actor = replace(request.actor, second=staff_actor(found))
    request.POST = take_carried(request, request.POST[CARRIED])
    return None


def _find(request: HttpRequest) -> StaffUser:
    with password_gate(request):
        found = authenticate(
            request, username=request.POST.get(USERNAME, ""), password=request.POST.get(PASSWORD, "")
        )
    if not isinstance(found, StaffUser):
        raise Refused("wrong_password", _("User name and password do not belong together."), 422)
    return found


def _read_amount(request: HttpRequest) -> int | None:
    """The sum, where the page is shown again."""
    typed = request.POST.get(AMOUNT, "")
    return int(typed) if typed.isdecimal() and len(typed) < _DIGITS else None


def show_second(request: HttpRequest, refused: Refused, *, carried: str = "") -> HttpResponse:
    """Ask for a colleague; the answer comes to this very address."""
    typed_back = request.POST.get(BACK)
    context = {
        "carried": carried or carry(request, leave_out=(USERNAME, PASSWORD, CARRIED, BACK, AMOUNT)),
        "amount_fen": refused.extra.get("amount_fen") or _read_amount(request),
        "username": request.POST.get(USERNAME, "")[:40],
        "back": way_back(request) if typed_back is None else own_address(request, typed_back),
        # The page itself says what the first refusal says.
        "error": str(refused) if typed_back is not None else "",
    }
    return render(request, "staff/second.html", context, status=refused.status)
