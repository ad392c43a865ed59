"""Error pages that say what to do."""

import sys
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from shop.http.api.rendering import RETRY_AFTER_S, error_body, is_outage, unavailable_json


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/hooks/"))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if _is_api(request):
        return JsonResponse(
            error_body("not_found", _("There is nothing at this address.")), status=HTTPStatus.NOT_FOUND
        )
    return render(request, "errors/404.html", status=HTTPStatus.NOT_FOUND)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return JsonResponse(
        error_body("bad_request", _("The request cannot be read.")), status=HTTPStatus.BAD_REQUEST
    )


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "errors/403.html", status=HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong outside a view; a database that is away (sessions live in it) is a 503, not a bug."""
    error = sys.exc_info()[1]
    if isinstance(error, DatabaseError) and is_outage(error):
        return outage_response(request)
    if _is_api(request):
        message = _("Something went wrong on our side. It has been noted.")
        return JsonResponse(error_body("server_error", message), status=HTTPStatus.INTERNAL_SERVER_ERROR)
    return render(None, "errors/500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)


def outage_response(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After, as JSON or as a page that needs neither session nor database."""
    if _is_api(request) or request.path == "/healthz":
        return unavailable_json()
    response = render(None, "errors/503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: nothing was done, and reloading the page gives a new one."""
    message = _("This page was open for too long or came from elsewhere. Reload it and try again.")
    return render(request, "errors/403.html", {"message": message}, status=HTTPStatus.FORBIDDEN)
