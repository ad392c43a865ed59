"""Consoles as far as the alerts' socket can tell: a session each, and the patience of a page that lost its socket."""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

NUMBER = re.compile(r'"number": "(\d+)"')
KNOWN_ENOUGH = 30
"""After so many known alerts in a row, newest first, the rest of a message is old."""
LONGEST_BACKOFF_S = 10.0


class Listener:
    """One console; `heard` is order number → when a message first told of it (`time.monotonic`)."""

    def __init__(self, url: str, cookie: str) -> None:
        self.url = url
        self.heard: dict[str, float] = {}
        self.connections = 0
        self.is_connected = False
        self._cookie = cookie
        self._failures = 0

    async def listen(self) -> None:
        """For ever: what was missed between two sockets comes with the first message of the next."""
        while True:
            with contextlib.suppress(OSError, WebSocketException):
                await self._listen_once()
            self.is_connected = False
            backoff = min(2.0**self._failures, LONGEST_BACKOFF_S)
            self._failures += 1
            await asyncio.sleep(backoff * random.uniform(0.5, 1))

    async def _listen_once(self) -> None:
        async with connect(
            self.url.replace("http", "ws", 1) + "/ws/alerts/",
            additional_headers={"Cookie": self._cookie},
            origin=Origin(self.url),
            open_timeout=60,
            max_size=None,
            proxy=None,
        ) as socket:
            await self.greet(socket)
            async for text in socket:
                self.hear(str(text), time.monotonic())

    async def greet(self, socket: ClientConnection) -> None:
        """What the page says first: nothing."""

    def hear(self, text: str, at: float) -> None:
        """Note the orders that this message is the first to tell of."""
        if not self.is_connected:
            self.is_connected, self._failures = True, 0
            self.connections += 1
        known = 0
        for found in NUMBER.finditer(text):
            if found[1] in self.heard:
                known += 1
                if known == KNOWN_ENOUGH:
                    return
            else:
                known = 0
                self.heard[found[1]] = at


@contextlib.asynccontextmanager
async def listening(listeners: Sequence[Listener], seconds: float) -> AsyncIterator[None]:
    """Every one listens within the block, which begins when all are connected."""
    tasks = [asyncio.create_task(listener.listen()) for listener in listeners]
    try:
        await wait_connected(listeners, seconds)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Commits = list[tuple[str, float]]
"""What was written, in order, and when it was committed (`time.monotonic`)."""


async def at_pace(
    count: int,
    rate: float,
    write: Callable[[int], tuple[str, float]],
    meanwhile: Mapping[int, Callable[[], None]] = MappingProxyType({}),
) -> Commits:
    """Write `count` times, `rate` times a second; `meanwhile` is what is done before the nth of them."""
    commits, began = [], time.monotonic()
    # One thread, so that one connection to the database is kept.
    with ThreadPoolExecutor(1) as thread:
        for n in range(count):
            if n in meanwhile:
                meanwhile[n]()
            commits.append(await asyncio.get_running_loop().run_in_executor(thread, write, n))
            await asyncio.sleep(max(began + (n + 1) / rate - time.monotonic(), 0))
    return commits


async def wait_connected(listeners: Sequence[Listener], seconds: float) -> None:
    """Until each has heard its first message. Stops the program when one does not in time."""
    end = time.monotonic() + seconds
    while missing := sum(1 for each in listeners if not each.is_connected):
        if time.monotonic() > end:
            raise SystemExit(f"{missing} of {len(listeners)} consoles could not connect.")
        await asyncio.sleep(0.1)


async def wait_heard(listeners: Sequence[Listener], numbers: Sequence[str], seconds: float) -> None:
    """Until every console has heard of every order, or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if all(number in each.heard for each in listeners for number in numbers):
            return
        await asyncio.sleep(0.1)
