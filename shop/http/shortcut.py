"""Requests of programs go to their views past the middleware that only people at a browser need."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import resolve

from shop.http.api.rendering import is_outage
from shop.http.pages import outage_response

PREFIXES = ("/api/", "/hooks/")
PROBES = frozenset({"/healthz", "/metrics"})


def is_of_program(request: HttpRequest) -> bool:
    """Whether no browser with a session asks: the mini-program, a gateway's callback, a probe."""
    return request.path_info.startswith(PREFIXES) or request.path_info in PROBES


class ProgramShortcut:
    """Answers requests of programs here, so that the middleware listed below it only sees the console's.

    Programs carry a token or a signature; sessions, form tokens, sign-in, flash messages and lockouts would only cost
    them time. What stands above (security headers, request log, language) is for everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _answer(request) if is_of_program(request) else self.get_response(request)


def _answer(request: HttpRequest) -> HttpResponseBase:
    """What Django's handler does with a request when no middleware is left."""
    request.resolver_match = match = resolve(request.path_info)
    try:
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    except DatabaseError as error:
        if is_outage(error):
            return outage_response(request)
        raise
    return response.render() if isinstance(response, SimpleTemplateResponse) else response
