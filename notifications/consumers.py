"""The socket of a console page: at each hint it carries what is unhandled, read from the database.

A page without a socket polls, so a socket must never stand open while no hint can come through: it beats,
each beat goes through Redis, and a beat that fails closes it.
"""

import asyncio
import contextlib
import logging
from importlib import import_module
from typing import Any

from channels.auth import get_user
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from notifications.state import SharedReader
from shop.access import has_capability
from shop.push import ALERTS_GROUP
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor

logger = logging.getLogger(__name__)
NOT_SIGNED_IN = 4401
TRY_LATER = 4503
BEAT_S = 5.0
REDIS_LIMIT_S = 2.0
BEATS_PER_SESSION_CHECK = 12
_reader = SharedReader()
_REDIS_IS_AWAY = (RedisError, OSError, TimeoutError)


class AlertsConsumer(AsyncJsonWebsocketConsumer):
    """Signed-in staff only; without Redis the socket is refused or closes, and the page polls."""

    _beating: asyncio.Task[None] | None = None
    _is_closed = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket; when its channel layer fails it closes instead of crashing."""
        try:
            await super().__call__(scope, receive, send)
        except _REDIS_IS_AWAY as error:
            logger.warning("socket closed, Redis is away: %s", type(error).__name__)
            self._stop_beating()
            await self._close(TRY_LATER)

    async def connect(self) -> None:
        if not _may_look(self.scope.get("user")):
            await self._close(NOT_SIGNED_IN)
            return
        if not await self._join():
            await self._close(TRY_LATER)
            return
        await self.accept()
        self._beating = asyncio.create_task(self._beat())
        await self.look_again({})

    async def disconnect(self, code: int) -> None:
        self._is_closed = True
        self._stop_beating()
        if self.channel_layer is not None:
            with contextlib.suppress(*_REDIS_IS_AWAY):
                leaving = self.channel_layer.group_discard(ALERTS_GROUP, self.channel_name)
                await asyncio.wait_for(leaving, REDIS_LIMIT_S)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Pages have nothing to say here; whatever they send is left unread."""

    async def look_again(self, event: dict[str, Any]) -> None:
        try:
            await self.send(text_data=await _reader.read())
        except DatabaseError:
            await self.send_json({"type": "look"})  # The page asks over HTTP until it gets an answer.

    async def check_session(self, event: dict[str, Any]) -> None:
        """Somebody signed out or has other rights now: nobody goes on listening who may not."""
        if not await self._is_still_signed_in():
            await self._close(NOT_SIGNED_IN)

    async def _join(self) -> bool:
        """Join the group, or stay in it (membership ends after a day); False while Redis is away."""
        try:
            joining = self.channel_layer.group_add(ALERTS_GROUP, self.channel_name)
            await asyncio.wait_for(joining, REDIS_LIMIT_S)
        except _REDIS_IS_AWAY:
            return False
        return True

    async def _beat(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(BEAT_S)
            beats += 1
            if not await self._join():
                await self._close(TRY_LATER)
                return
            if beats % BEATS_PER_SESSION_CHECK == 0 and not await self._is_still_signed_in():
                await self._close(NOT_SIGNED_IN)
                return
            await self.send_json({"type": "beat"})

    async def _is_still_signed_in(self) -> bool:
        """Whether the session still holds; the benefit of the doubt while the database is away."""
        store = import_module(settings.SESSION_ENGINE).SessionStore
        session = store(self.scope["session"].session_key)
        try:
            return _may_look(await get_user({**self.scope, "session": session}))
        except DatabaseError:
            return True

    def _stop_beating(self) -> None:
        if self._beating is not None:
            self._beating.cancel()

    async def _close(self, code: int) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self.close(code=code)


def _may_look(user: Any) -> bool:
    return isinstance(user, StaffUser) and has_capability(staff_actor(user), "orders.view")
