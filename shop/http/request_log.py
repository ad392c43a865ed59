"""One log line and one measurement per request: route, status, milliseconds; no value a person typed."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram

from shop.logs import request_id, scrub

logger = logging.getLogger(__name__)
REQUESTS = Counter("shop_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "shop_request_seconds",
    "How long requests took.",
    ["route"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_NAME = re.compile(r"[a-z_]{1,30}")
NO_ROUTE = "(none)"


class RequestLogMiddleware:
    """Gives each request an id (the proxy's `X-Request-ID` if it sends one), which the answer carries too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if _OWN_ID.fullmatch(given) else uuid.uuid4().hex)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            _record(request, response.status_code, time.perf_counter() - started)
        finally:
            request_id.reset(token)
        return response


def _record(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    # Route names are few and ours; what was typed into the address bar would be a label each.
    route = (match.view_name or match.route or NO_ROUTE) if match else NO_ROUTE
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(route, method, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    facts = {
        "method": method,
        "route": route,
        "path": scrub(request.path) if match else NO_ROUTE,
        "query": sorted(name for name in request.GET if _NAME.fullmatch(name))[:10],
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    logger.info("%s %s %s", method, route, status, extra={"facts": facts})
