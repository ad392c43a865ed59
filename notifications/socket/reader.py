"""One read of what is unhandled for all sockets of a process that are told to look at the same moment."""

import asyncio

from channels.db import database_sync_to_async
from django.core.serializers.json import DjangoJSONEncoder

from notifications.kinds import Audience
from notifications.state import get_open_state

_GATHER_S = 0.03


class SharedReader:
    """Reads once for all who ask within a moment and are the same audience.

    A hundred pages asking on their own after each order would keep the web processes busy for a second.
    """

    def __init__(self) -> None:
        self._waiting: dict[Audience, asyncio.Task[str]] = {}

    async def read(self, audience: Audience) -> str:
        """The message for the page, as JSON; read after this call began. Raises DatabaseError."""
        waiting = self._waiting.get(audience)
        if waiting is None or waiting.get_loop() is not asyncio.get_running_loop():
            waiting = self._waiting[audience] = asyncio.create_task(self._read_soon(audience))
        # A socket that closes meanwhile must not cancel the read of the others.
        return await asyncio.shield(waiting)

    async def _read_soon(self, audience: Audience) -> str:
        await asyncio.sleep(_GATHER_S)
        self._waiting.pop(audience, None)
        state = await database_sync_to_async(get_open_state)(audience)
        return DjangoJSONEncoder().encode({"type": "look", "state": state})
