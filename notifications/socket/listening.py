"""Which live topics one socket listens to: asked for by its page, allowed by the database, kept as groups in Redis."""

import asyncio
import json
import time
from collections.abc import Collection
from typing import Any

from shop.live import group_of

MOST_TOPICS = 20
LONGEST_MESSAGE = 2_000
REDIS_LIMIT_S = 2.0
_BURST, _PER_S = 10.0, 0.5


def read_wanted(text: str | None) -> list[str] | None:
    """The topics a page asks for, at most MOST_TOPICS; None for whatever else it sends."""
    wanted = _read_message(text).get("listen")
    if not isinstance(wanted, list) or not all(isinstance(topic, str) for topic in wanted):
        return None
    return list(dict.fromkeys(wanted))[:MOST_TOPICS]


def read_heard(text: str | None) -> bool | None:
    """Whether the page says that its device can be heard; None for whatever else it sends."""
    heard = _read_message(text).get("heard")
    return heard if isinstance(heard, bool) else None


def _read_message(text: str | None) -> dict[str, Any]:
    if text is None or len(text) > LONGEST_MESSAGE:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


class Pace:
    """So many messages of a page are read; what comes faster is left unread."""

    def __init__(self) -> None:
        self._left, self._at = _BURST, time.monotonic()

    def allows_one(self) -> bool:
        now = time.monotonic()
        self._left = min(_BURST, self._left + (now - self._at) * _PER_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Groups:
    """The groups one channel is in. Every method raises RedisError, OSError or TimeoutError while Redis is away."""

    def __init__(self, layer: Any, channel: str) -> None:
        self._layer, self._channel = layer, channel
        self.topics: set[str] = set()

    async def set(self, topics: Collection[str]) -> None:
        """Be in the groups of these topics and of no others."""
        for topic in self.topics - set(topics):
            self.topics.discard(topic)
            await self.leave(group_of(topic))
        for topic in set(topics) - self.topics:
            await self.join(group_of(topic))
            self.topics.add(topic)

    async def join_again(self) -> None:
        """Membership ends after a day, and with a Redis that has lost its memory."""
        for topic in tuple(self.topics):
            await self.join(group_of(topic))

    async def join(self, group: str) -> None:
        await asyncio.wait_for(self._layer.group_add(group, self._channel), REDIS_LIMIT_S)

    async def leave(self, group: str) -> None:
        await asyncio.wait_for(self._layer.group_discard(group, self._channel), REDIS_LIMIT_S)
