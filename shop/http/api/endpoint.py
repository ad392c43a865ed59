"""The base of every endpoint."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.http.api.schema import BODY, PAGED, Good, operation
from shop.http.api.serializers import StrictSerializer, read_input


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


def endpoint(
    name: str,
    tags: list[str],
    good: Good,
    *codes: str,
    body: type[StrictSerializer] | None = None,
    page: type[StrictSerializer] | None = None,
    **more: Any,
) -> Callable[[Callable[..., Any]], Any]:
    """Makes an operation of a method: given what was read of its `body`, or of the query for a `page`, if it takes
    either, then what its address names, it returns what the one `good` answer shows, or an answer of its own.
    """
    ((answered, out),) = good.items()
    status = answered if isinstance(answered, int) else answered[0]
    described: dict[str, Any] = {"request": body} if body else {"parameters": [page]} if page else {}
    read = BODY if body else PAGED if page else ()

    def make(run: Callable[..., Any]) -> Any:
        @operation(name, tags, good, *read, *codes, **described, **more)
        @wraps(run)
        def answer(self: ApiView, request: Request, **address: Any) -> HttpResponseBase:
            wanted = []
            if form := body or page:
                wanted.append(read_input(form, request.data if body else request.query_params.dict()))
            shown = run(self, *wanted, **address)
            if isinstance(shown, HttpResponseBase):
                return shown
            return Response(out(shown).data if out else None, status=status)

        return answer

    return make
