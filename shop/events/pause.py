"""When nothing is enqueued: the broker has just failed, or its queue is full because no worker takes from it."""

import time

from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

PAUSE_S = 5.0
QUEUE_HOLDS = 500
"""Rows wait in the database, where they are found again; a queue holds only what keeps its workers busy."""
BROKER_ERRORS = (OperationalError, RedisError, OSError)
_until = 0.0


def pause_outside() -> None:
    """The broker failed: a hung one holds up whoever asks it for seconds, so ask nothing of it for a while."""
    global _until
    _until = time.monotonic() + PAUSE_S


def is_outside_paused() -> bool:
    return time.monotonic() < _until


def resume_outside() -> None:
    """Ask again at once."""
    global _until
    _until = 0.0


def has_room(queue: str) -> bool:
    """Whether one more task may go into the queue. A broker that fails is paused."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        return int(client.llen(queue)) < QUEUE_HOLDS
    except BROKER_ERRORS:
        pause_outside()
        return False
    finally:
        client.close()
