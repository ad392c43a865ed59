"""Whether a queue has room, asked of a real Redis, and how long one that fails is left alone."""

import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from redis import Redis

from shop.events import pause
from shop.events.pause import PAUSE_S, QUEUE_HOLDS, has_room, is_outside_paused, pause_outside, resume_outside


@pytest.fixture(autouse=True)
def awake() -> Iterator[None]:
    resume_outside()
    yield
    resume_outside()


@pytest.fixture
def queue() -> Iterator[str]:
    """A queue of this test's own, which no worker takes from."""
    name = f"queue-{uuid4()}"
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.rpush(name, *range(QUEUE_HOLDS - 1))
        yield name
        broker.delete(name)


def put_one_more(queue: str) -> None:
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.rpush(queue, "one more")


def test_a_queue_holds_five_hundred_and_no_more(queue: str) -> None:
    assert QUEUE_HOLDS == 500
    assert has_room(queue)
    put_one_more(queue)
    assert not has_room(queue)
    assert not is_outside_paused()


def test_a_queue_that_nothing_was_put_into_has_room() -> None:
    assert has_room(f"queue-{uuid4()}")


def test_a_broker_that_is_away_has_no_room_and_is_left_alone(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert not has_room("celery")
    assert is_outside_paused()


def test_a_broker_that_hangs_holds_nobody_up_for_long(settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert not has_room("celery")
    assert 0.9 < time.monotonic() - began < 1.9
    assert is_outside_paused()


def test_the_pause_is_over_after_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PAUSE_S == 5
    now = time.monotonic()
    pause_outside()
    for seconds, is_paused in ((4.9, True), (5.5, False)):
        monkeypatch.setattr(pause, "time", SimpleNamespace(monotonic=lambda later=now + seconds: later))
        assert is_outside_paused() == is_paused


def test_the_pause_is_over_at_once_when_somebody_says_so() -> None:
    pause_outside()
    resume_outside()
    assert not is_outside_paused()
