"""The door of every console page: signed in, the capability, and the actor on the request."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from shop.access import require
from shop.actor import Actor
from shop.http.middleware import way_back
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.staff.signing_in.reauthentication import ask_to_reauthenticate

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request that passed `staff_page`."""

    user: StaffUser
    actor: Actor
    htmx: Any


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


def staff_page(
    capability: str | None, *, methods: tuple[str, ...] = ("GET",), fresh: bool = False
) -> Callable[[View[P]], Any]:
    """Let in signed-in staff whose role has `capability` (None: every role), by these HTTP methods only.

    Who is signed out comes back to the page they were on, not to the address of its button. Who still has the
    password that a colleague knows is sent to choose one first. `fresh`: who did not show their password within
    `HOLDS_FOR` is asked for it before a POST, or before a page that can only be read (a download).
    """
    asks_always = "POST" not in methods

    def decorate(view: View[P]) -> Any:
        @require_http_methods([*methods, "HEAD"] if "GET" in methods else list(methods))
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                is_page = request.method in ("GET", "HEAD")
                return redirect_to_login(request.get_full_path() if is_page else way_back(request))
            if request.user.must_change_password:
                return redirect("staff:first_password")
            request.actor = staff_actor(request.user)
            if capability is not None:
                require(request.actor, capability)
            asks = fresh and (asks_always or request.method == "POST")
            if asks and (question := ask_to_reauthenticate(request)):
                return question
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]  # read by the permission matrix test
        return guarded

    return decorate
