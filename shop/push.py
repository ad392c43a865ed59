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
ALERTS_GROUP = "alerts"
LOOK, CHECK_SESSION = "look.again", "check.session"
_LONGEST_PUSH_S = 1.0
_PAUSE_AFTER_FAILURE_S = 5.0
_paused_until = 0.0


class _PushThread:
    """An event loop in a daemon thread, made anew in a forked process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0
        self._owed: set[tuple[str, str]] = set()

    def run(self, group: str, hint: str) -> None:
        """Send one hint; raises whatever the channel layer raises, or TimeoutError."""
        done = asyncio.run_coroutine_threadsafe(_send(group, hint), self._running_loop())
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
                await _send(group, hint)
                self._owed.discard(owed)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._loop, self._pid, self._owed = asyncio.new_event_loop(), os.getpid(), set()
                threading.Thread(target=self._loop.run_forever, name="push", daemon=True).start()
            return self._loop


_thread = _PushThread()


async def _send(group: str, hint: str) -> None:
    layer: Any = get_channel_layer("push")
    await asyncio.wait_for(layer.group_send(group, {"type": hint}), _LONGEST_PUSH_S)


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
