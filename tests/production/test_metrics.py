"""`/metrics`: for whoever has the token, few labels, and true while the database is away."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from redis import Redis

from shop.events.sweeping import sweep
from tests import cast

pytestmark = pytest.mark.django_db
TOKEN = "metrics-token-of-the-test"


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read_metrics() -> dict[str, float]:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("header", ["", "Bearer wrong", TOKEN, f"Basic {TOKEN}"])
def test_without_the_token_there_is_no_such_page(header: str) -> None:
    assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer "])
def test_without_a_token_in_the_environment_nobody_gets_in(settings: Any, header: str) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404


def test_it_counts_requests_by_route_and_status() -> None:
    name = 'shop_requests_total{method="GET",route="healthz",status="200"}'
    before = read_metrics().get(name, 0)
    Client().get("/healthz?a=1")
    after = read_metrics()
    assert after[name] == before + 1
    assert after['shop_request_seconds_count{route="healthz"}'] >= 1


def test_what_is_typed_into_the_address_bar_makes_no_label() -> None:
    client = Client()
    client.get("/metrics")
    before = len(read_metrics())
    for index in range(20):
        client.get(f"/no-such-page-{index}")
        client.get(f"/media/pictures/ab/{index}")
        client.generic(f"VERB{index}", "/healthz")
    names = read_metrics()
    assert not [name for name in names if "no-such" in name or "VERB" in name]
    assert len(names) - before < 60


def test_it_tells_what_waits_and_when_timers_were_swept() -> None:
    cast.open_shop()
    cast.paid_order()
    assert "shop_last_sweep_age_seconds" not in read_metrics()
    waiting = read_metrics()["shop_undelivered"]
    sweep()
    metrics = read_metrics()
    assert waiting >= 1 and metrics["shop_undelivered"] == waiting
    assert 0 <= metrics["shop_last_sweep_age_seconds"] < 60
    assert metrics["shop_database_up"] == 1


def test_it_answers_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("shop.metrics.count_undelivered", fail)
    assert read_metrics()["shop_database_up"] == 0


def test_it_tells_how_many_tasks_wait_in_each_queue(settings: Any) -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete("carriers")
    assert read_metrics()['shop_queue_waiting{queue="carriers"}'] == 0
    redis.rpush("carriers", "one more", "another")
    try:
        assert read_metrics()['shop_queue_waiting{queue="carriers"}'] == 2
    finally:
        redis.delete("carriers")


def test_without_a_broker_nothing_is_said_of_queues(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    metrics = read_metrics()
    assert metrics["shop_broker_up"] == 0
    assert not [name for name in metrics if name.startswith("shop_queue")]
