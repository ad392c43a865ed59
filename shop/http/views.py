"""The base of every endpoint."""

from collections.abc import Iterable
from typing import Any

from django.utils.cache import patch_cache_control
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class JsonOnly(BaseContentNegotiation):
    """Answers JSON whatever the Accept header says; reads only what is sent as JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ApiView(APIView):
    """An endpoint for signed-in buyers; what it answers is theirs and of this moment, so nobody keeps it."""

    content_negotiation_class = JsonOnly
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(final, no_store=True)
        return final


class PublicView(ApiView):
    """An endpoint that needs no token and does not look at one."""

    authentication_classes = []
    permission_classes = [AllowAny]
