"""Hints are cheap, leak nothing, and never hold up the one who gives them."""

import os
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from harness.servers import PrivateRedis
from shop import push
from shop.push import push_hint
from tests.races.conftest import run_together


@pytest.fixture(autouse=True)
def fresh_push(fresh_layers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "_thread", push._PushThread())


@pytest.fixture
def private_redis() -> Iterator[PrivateRedis]:
    with PrivateRedis() as server:
        config = settings.CHANNEL_LAYERS["push"]["CONFIG"]
        hosts = [{**config["hosts"][0], "address": server.url}]
        layer = {**settings.CHANNEL_LAYERS["push"], "CONFIG": {**config, "hosts": hosts}}
        with override_settings(CHANNEL_LAYERS={**settings.CHANNEL_LAYERS, "push": layer}):
            yield server


def count_open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_thousand_hints_open_no_more_files_than_one() -> None:
    assert push_hint()
    before = count_open_files()
    assert all(push_hint() for _ in range(1000))
    assert count_open_files() <= before + 2


def test_threads_share_the_connection() -> None:
    assert push_hint()
    before = count_open_files()
    assert run_together([push_hint] * 20) == [True] * 20
    assert count_open_files() <= before + 20


@pytest.mark.fault
def test_a_dead_redis_refuses_the_hint_and_is_left_alone_for_a_while(private_redis: PrivateRedis) -> None:
    assert push_hint()
    private_redis.kill()
    assert not push_hint()
    private_redis.start()
    assert not push_hint(), "pushing pauses after a failure"


@pytest.mark.fault
def test_a_hung_redis_costs_a_batch_two_seconds_at_most_and_the_next_ones_nothing(
    private_redis: PrivateRedis,
) -> None:
    assert push_hint()
    with private_redis.frozen():
        started_at = time.monotonic()
        assert not push_hint()
        first = time.monotonic() - started_at
        assert not any(push_hint() for _ in range(100))
        rest = time.monotonic() - started_at - first
    assert first < 3
    assert rest < 1


@pytest.mark.fault
def test_hints_go_on_after_redis_came_back(
    private_redis: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert push_hint()
    with private_redis.frozen():
        assert not push_hint()
    monkeypatch.setattr(push, "_paused_until", 0.0)
    assert push_hint()
