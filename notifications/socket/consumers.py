"""The socket of a console page: at each hint it carries what is unhandled, read from the database, and hints about
the live topics that the page shows.

A page without a socket polls, so a socket must never stand open while no hint can come through: it beats,
each beat goes through Redis, and a beat that fails closes it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection
from importlib import import_module
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from notifications.hearing import note_audible
from notifications.kinds import Audience, audience_of
from notifications.socket.listening import Groups, Pace, read_heard, read_wanted
from notifications.socket.reader import SharedReader
from shop.access import has_capability
from shop.live import keep_audible
from shop.push import ALERTS_GROUP
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor

logger = logging.getLogger(__name__)
NOT_SIGNED_IN = 4401
TRY_LATER = 4503
BEAT_S = 5.0
BEATS_PER_SESSION_CHECK = 12
_reader = SharedReader()
_REDIS_IS_AWAY = (RedisError, OSError, TimeoutError)


class AlertsConsumer(AsyncJsonWebsocketConsumer):
    """Signed-in staff only; without Redis the socket is refused or closes, and the page polls."""

    _beating: asyncio.Task[None] | None = None
    _is_closed = False
    _is_heard = False
    _groups: Groups
    _audience: Audience

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket; when its channel layer fails it closes instead of crashing."""
        try:
            await super().__call__(scope, receive, send)
        except _REDIS_IS_AWAY as error:
            logger.warning("socket closed, Redis is away: %s", type(error).__name__)
            self._stop_beating()
            await self._close(TRY_LATER)

    async def connect(self) -> None:
        user: Any = self.scope.get("user")
        if not _may_look(user):
            await self._close(NOT_SIGNED_IN)
            return
        self._audience = audience_of(user)
        self._groups, self._pace = Groups(self.channel_layer, self.channel_name), Pace()
        self._choosing = asyncio.Lock()
        if not await self._join():
            await self._close(TRY_LATER)
            return
        await self.accept()
        self._beating = asyncio.create_task(self._beat())
        await self.look_again({})

    async def disconnect(self, code: int) -> None:
        self._is_closed = True
        self._stop_beating()
        if hasattr(self, "_groups"):
            with contextlib.suppress(*_REDIS_IS_AWAY):
                await self._groups.leave(ALERTS_GROUP)
                await self._groups.set(())

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """A page says which topics it shows, and whether it can be heard; all else, or what is too fast, is left."""
        heard, wanted = read_heard(text_data), read_wanted(text_data)
        if (heard is None and wanted is None) or not self._pace.allows_one():
            return
        if heard is not None:
            self._is_heard = heard
            await self._tell_hearing()
        else:
            async with self._choosing:
                await self._listen(wanted or [])

    async def _listen(self, wanted: Collection[str]) -> None:
        """Hear of these topics and of no others; the answer says which may not be heard, and why never."""
        try:
            user = await self._load_user()
            find = database_sync_to_async(keep_audible)
            topics = await find(staff_actor(user), wanted) if _may_look(user) else set()
        except DatabaseError:
            topics = self._groups.topics & set(wanted)
        await self._groups.set(topics)
        refused = [topic for topic in wanted if topic not in topics]
        await self.send_json({"type": "listening", "topics": sorted(topics), "refused": refused})

    async def _tell_hearing(self) -> None:
        """While this page can be heard the robots that only speak when nobody can are silent."""
        if self._is_heard:
            await database_sync_to_async(note_audible)(self._audience.role)

    async def topic_changed(self, event: dict[str, Any]) -> None:
        if event["topic"] in self._groups.topics:
            await self.send_json({"type": "changed", "topic": event["topic"]})

    async def look_again(self, event: dict[str, Any]) -> None:
        try:
            await self.send(text_data=await _reader.read(self._audience))
        except DatabaseError:
            await self.send_json({"type": "look"})  # The page asks over HTTP until it gets an answer.

    async def check_session(self, event: dict[str, Any]) -> None:
        """Somebody signed out or has other rights now: nobody goes on listening who may not."""
        await self._check()

    async def _check(self) -> bool:
        before = self._audience
        if not await self._is_still_signed_in():
            await self._close(NOT_SIGNED_IN)
            return False
        if self._audience != before:
            await self.look_again({})
        # What the page asks for meanwhile is what counts.
        async with self._choosing:
            if self._groups.topics:
                await self._listen(sorted(self._groups.topics))
        return True

    async def _join(self) -> bool:
        """Join the groups, or stay in them; False while Redis is away."""
        try:
            await self._groups.join(ALERTS_GROUP)
            await self._groups.join_again()
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
            if beats % BEATS_PER_SESSION_CHECK == 0 and not await self._check():
                return
            await self._tell_hearing()
            await self.send_json({"type": "beat"})

    async def _is_still_signed_in(self) -> bool:
        """Whether the session still holds; the benefit of the doubt while the database is away."""
        try:
            user = await self._load_user()
        except DatabaseError:
            return True
        if not _may_look(user):
            return False
        self._audience = audience_of(user)
        return True

    async def _load_user(self) -> Any:
        """Who this session belongs to now. Raises DatabaseError."""
        store = import_module(settings.SESSION_ENGINE).SessionStore
        session = store(self.scope["session"].session_key)
        return await get_user({**self.scope, "session": session})

    def _stop_beating(self) -> None:
        if self._beating is not None:
            self._beating.cancel()

    async def _close(self, code: int) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self.close(code=code)


def _may_look(user: Any) -> bool:
    return isinstance(user, StaffUser) and has_capability(staff_actor(user), "orders.view")
