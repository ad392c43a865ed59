"""`GET /healthz`: what a load balancer and a tester want to know."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from shop import clock
from shop.events.delivery import count_undelivered
from shop.events.health import get_last_sweep_at, is_broker_up, measure_disk


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """`ok` is whether orders can be taken: the database answers.

    A broker that is away only delays hints; a disk that is low is no reason yet to stop.
    """
    answer: dict[str, Any] = {"ok": True, "version": settings.VERSION, "database": "ok"}
    try:
        at = get_last_sweep_at()
        answer["last_sweep"] = at.isoformat() if at else None
        answer["last_sweep_age_s"] = round((clock.now() - at).total_seconds(), 1) if at else None
        answer["undelivered"] = count_undelivered()
    except DatabaseError:
        answer |= {"ok": False, "database": "unavailable"}
    disk = measure_disk()
    answer["disk"] = "unknown" if disk is None else "low" if disk.is_low else "ok"
    answer["broker"] = "ok" if is_broker_up() else "unavailable"
    return JsonResponse(answer, status=HTTPStatus.OK if answer["ok"] else HTTPStatus.SERVICE_UNAVAILABLE)
