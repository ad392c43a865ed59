"""Hints to open pages. The database is the truth: a lost hint only means that a page learns a little later.

Hints leave from one event loop in a thread of its own, so that the connections to Redis are kept from hint
to hint (a loop per call would connect each time), and so that callers may be synchronous, on a server's
loop, or beside a loop of somebody else.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
Message = dict[str, str]
ALERTS_GROUP = "alerts"
LOOK, CHECK_SESSION = "look.again", "check.session"
_LONGEST_PUSH_S = 1.0
_PAUSE_AFTER_FAILURE_S = 5.0
_REST_S = 0.5
_TRIES = 12
"""In a minute every socket has noticed that Redis is away, and its page asks by itself."""
_MOST_AT_ONCE = 2_000
_paused_until = 0.0


class _Bursts:
    """Messages that nobody waits for, in the push thread: the first at once, then the last of each half second."""

    def __init__(self) -> None:
        self._next: dict[str, Message | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, group: str, message: Message) -> None:
        if group in self._next:
            self._next[group] = message
        elif len(self._next) < _MOST_AT_ONCE:
            self._next[group] = None
            task = asyncio.get_running_loop().create_task(self._send_all(group, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send_all(self, group: str, first: Message) -> None:
        message: Message | None = first
        tries = 0
        while message and tries < _TRIES:
            is_sent = await self._send(group, message)
            tries = 0 if is_sent else tries + 1
            await asyncio.sleep(_REST_S if is_sent else _PAUSE_AFTER_FAILURE_S)
            message, self._next[group] = self._next[group] or (None if is_sent else message), None
        del self._next[group]

    async def _send(self, group: str, message: Message) -> bool:
        try:
            await _send(group, message)
        except Exception:  # whatever Redis or the network raise: there is a next time
            return False
        return True


class _PushThread:
    """An event loop in a daemon thread, made anew in a forked process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0
        self._owed: set[tuple[str, str]] = set()
        self._bursts = _Bursts()

    def add(self, group: str, message: Message) -> None:
        """Send it soon, without waiting."""
        loop = self._running_loop()
        loop.call_soon_threadsafe(self._bursts.add, group, message)

    def run(self, group: str, hint: str) -> None:
        """Send one hint; raises whatever the channel layer raises, or TimeoutError."""
        done = asyncio.run_coroutine_threadsafe(_send(group, {"type": hint}), self._running_loop())
        # The coroutine ends itself in time; the second limit is for a loop that does not turn at all.
        done.result(_LONGEST_PUSH_S * 2)

    def owe(self, group: str, hint: str) -> None:
        """Send the hint as soon as Redis takes it again: pages with an open socket ask only once a minute."""
        asyncio.run_coroutine_threadsafe(self._send_late(group, hint), self._running_loop())

    async def _send_late(self, group: str, hint: str) -> None:
        owed = (group, hint)
        if owed in self._owed:
            return
        self._owed.add(owed)
        while owed in self._owed:
            await asyncio.sleep(_PAUSE_AFTER_FAILURE_S)
            # Whatever Redis or the network raise, there is a next time.
            with contextlib.suppress(Exception):
                await _send(group, {"type": hint})
                self._owed.discard(owed)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._loop, self._pid, self._owed = asyncio.new_event_loop(), os.getpid(), set()
                self._bursts = _Bursts()
                threading.Thread(target=self._loop.run_forever, name="push", daemon=True).start()
            return self._loop


_thread = _PushThread()


async def _send(group: str, message: Message) -> None:
    layer: Any = get_channel_layer("push")
    await asyncio.wait_for(layer.group_send(group, message), _LONGEST_PUSH_S)


def push_soon(group: str, message: Message) -> None:
    """Tell every socket in `group`, without waiting for Redis: within half a second the last message stands for all.

    Never raises. What Redis does not take is tried again for a minute.
    """
    with contextlib.suppress(RuntimeError):  # the process ends
        _thread.add(group, message)


def push_hint(group: str = ALERTS_GROUP, *, hint: str = LOOK) -> bool:
    """Tell every socket in `group` to look again, or whether its session still holds (CHECK_SESSION).

    Returns whether Redis took the hint. Never raises.

    A hung Redis costs at most a second, and then nothing for five. A hint it did not take follows later.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        _thread.owe(group, hint)
        return False
    try:
        _thread.run(group, hint)
    except Exception as error:  # whatever Redis or the network raise: the hint is optional
        _paused_until = time.monotonic() + _PAUSE_AFTER_FAILURE_S
        logger.warning("push failed, pausing: %s", type(error).__name__)
        _thread.owe(group, hint)
        return False
    return True
