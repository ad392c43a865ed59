"""What every console request has: an actor, a theme, and refusals shown as sentences."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.db import DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from shop.errors import Refused
from shop.http.api.rendering import is_outage
from shop.http.pages import outage_response

HOME = "/console/"
GetResponse = Callable[[HttpRequest], HttpResponseBase]
HearRefusal = Callable[[HttpRequest, Refused], None]
LISTENERS: list[HearRefusal] = []


def hear_refusals(function: HearRefusal) -> HearRefusal:
    """Declare who is told what pages refuse, before it is answered: for rooms that keep a record of it."""
    LISTENERS.append(function)
    return function


class ConsoleMiddleware:
    """Turns `Refused` into a flash message and a way back, and a database outage into a 503 page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.path.startswith(HOME):
            # The address of a button, reloaded or gone back to: an empty page would leave people stranded.
            response.content = render_to_string("errors/404.html", request=request)
        if request.path.startswith(HOME) and not response.has_header("Cache-Control"):
            # Personal data is on nearly every page; nobody finds it by going back after signing out.
            response["Cache-Control"] = "private, no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, Refused):
            for hear in LISTENERS:
                hear(request, error)
            return _show_refusal(request, error)
        if isinstance(error, DatabaseError) and is_outage(error):
            return outage_response(request)
        return None


console_middleware = ConsoleMiddleware


def _show_refusal(request: HttpRequest, error: Refused) -> HttpResponseBase:
    if getattr(request, "htmx", False):
        return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")
    if request.method == "GET" or error.status == HTTPStatus.FORBIDDEN:
        template = {403: "errors/403.html", 404: "errors/404.html"}.get(error.status, "errors/refused.html")
        return render(request, template, {"message": str(error)}, status=error.status)
    messages.error(request, str(error))
    return HttpResponseRedirect(way_back(request))


def way_back(request: HttpRequest) -> str:
    """The page of ours on which a button was pressed, else the start page."""
    return own_address(request, request.headers.get("Referer", ""))


def read_next(request: HttpRequest, *, otherwise: str = "") -> str:
    """The page of ours that a form says to go on to, else the one given."""
    return own_address(request, request.POST.get("next", ""), otherwise=otherwise)


def read_opener(request: HttpRequest) -> str:
    """The page of ours that a dialog was asked for from, or its answer sent from; "" where it says none."""
    named = request.POST.get("next") or request.GET.get("next", "")
    return own_address(request, named, otherwise="")


def own_address(request: HttpRequest, target: str, *, otherwise: str = HOME) -> str:
    """`target` if it leads to a page of ours, else the start page or the one given."""
    is_own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_own else otherwise
