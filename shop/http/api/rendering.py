"""Every error of the API has one shape: `{code, message, extra}`."""

import logging
import math
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from shop.clients.errors import ClientError
from shop.errors import Refused

logger = logging.getLogger(__name__)
RETRY_AFTER_S = 5

_CODES: dict[type[Exception], str] = {
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.PermissionDenied: "forbidden",
    PermissionDenied: "forbidden",
    Http404: "not_found",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.Throttled: "throttled",
    exceptions.ParseError: "bad_json",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
}


def error_body(code: str, message: Any, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"code": code, "message": str(message), "extra": extra or {}}


def refused_response(refused: Refused) -> Response:
    """The refusal in the words for buyers, who are the readers of the API."""
    body = error_body(refused.code, refused.to_buyer, refused.extra)
    response = Response(body, status=refused.status)
    if seconds := refused.extra.get("retry_after"):
        response["Retry-After"] = str(seconds)
    return response


def unavailable_json() -> JsonResponse:
    """503 for when the database does not answer."""
    message = _("The shop cannot reach its database at the moment. Please try again in a few seconds.")
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return JsonResponse(
        error_body("unavailable", message), status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers
    )


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Any:
    """DRF's exception handler: refusals, validation and DRF's own errors in one shape."""
    if isinstance(error, Refused):
        return refused_response(error)
    if isinstance(error, exceptions.ValidationError):
        message = _("Some fields are missing or wrong.")
        return Response(
            error_body("invalid", message, {"fields": error.detail}), status=HTTPStatus.BAD_REQUEST
        )
    if isinstance(error, ClientError):
        return refused_response(_outside_unavailable(error))
    if isinstance(error, OperationalError | DatabaseError) and is_outage(error):
        logger.error("database unavailable: %s", type(error).__name__)
        return unavailable_json()
    response = exception_handler(error, context)
    if response is not None:
        detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
        wait = getattr(error, "wait", None)
        extra = {"retry_after": math.ceil(wait)} if wait else None
        response.data = error_body(_CODES.get(type(error), "error"), detail, extra)
    return response


def _outside_unavailable(error: ClientError) -> Refused:
    """Whatever a service of others did that no command foresaw is their outage, not our fault page."""
    logger.error("outside service failed: %s", type(error).__name__)
    message = _("WeChat does not answer at the moment. Please try again in a few seconds.")
    return Refused("wechat_unavailable", message, 503, retry_after=RETRY_AFTER_S)


def is_outage(error: Exception) -> bool:
    """Whether the database is away (as against a statement it refused)."""
    return isinstance(error, OperationalError) or "the connection is" in str(error)
