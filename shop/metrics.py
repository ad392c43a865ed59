"""`GET /metrics` in Prometheus' text format, for whoever sends METRICS_TOKEN; without it there is no such page.

Where several web processes run on one machine, PROMETHEUS_MULTIPROC_DIR (emptied at each start) adds them up;
without it the numbers of requests are those of the process that happens to answer.
"""

import os
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shop import clock
from shop.events.delivery import count_undelivered
from shop.events.health import count_waiting, get_last_sweep_at


class ShopCollector(Collector):
    """What is asked of the database at the moment of the scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = count_waiting()
        yield GaugeMetricFamily("shop_broker_up", "Whether Redis answers.", waiting is not None)
        if waiting is not None:
            yield _by_queue(waiting)
        try:
            undelivered, at = count_undelivered(), get_last_sweep_at()
        except DatabaseError:
            yield GaugeMetricFamily("shop_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("shop_database_up", "Whether the database answers.", 1)
        yield GaugeMetricFamily(
            "shop_undelivered", "Outbox rows still to be carried out, counted to 10,001.", undelivered
        )
        if at is not None:
            age = (clock.now() - at).total_seconds()
            yield GaugeMetricFamily("shop_last_sweep_age_seconds", "Since timers were last swept.", age)


def _by_queue(waiting: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily("shop_queue_waiting", "Tasks that no worker has taken yet.", labels=["queue"])
    for queue, count in waiting.items():
        family.add_metric([queue], count)
    return family


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Raises Http404 without the token, so that nobody learns that it exists."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    own = CollectorRegistry()
    own.register(ShopCollector())
    return HttpResponse(generate_latest(own) + generate_latest(_requests()), content_type=CONTENT_TYPE_LATEST)


def _requests() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
