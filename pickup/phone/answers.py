"""Answers of the phone's pages: nobody keeps them, and no other site learns their address."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pickup.phone.outcomes import Outcome


def show(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    response = render(request, f"pickup/phone/{template}.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def show_outcome(
    request: HttpRequest, outcome: Outcome, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    """The whole screen in one colour."""
    return show(request, "outcome", {"outcome": outcome, **more}, status)
