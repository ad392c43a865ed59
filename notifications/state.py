"""Everything unhandled, as an open page needs it: the answer of `open.json` and what the socket carries.

It is the same for everybody to whom the same kinds belong, and holds nothing personal.
"""

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from notifications.kinds import Kinds
from notifications.selectors import SHOWN, count_open_alerts, get_voice, list_open_alerts
from notifications.subjects import SHOP, Described, describe_subjects
from notifications.voice import PHRASES, describe_settings
from shop import clock

_GATHER_S = 0.03


def get_open_state(kinds: Kinds) -> dict[str, Any]:
    """The newest SHOWN unhandled alerts of these kinds, how many there are, and what the shop wants said."""
    store, is_voice_on = get_voice()
    alerts = list(list_open_alerts(kinds))
    subjects = describe_subjects(alerts)
    rows = [_describe(alert, subjects.get(alert.pk, SHOP)) for alert in alerts]
    return {
        "alerts": rows,
        "count": len(rows) if len(rows) < SHOWN else count_open_alerts(kinds),
        "phrases": {kind: {"one": phrase.one, "many": phrase.many} for kind, phrase in PHRASES.items()},
        "settings": describe_settings(store, clock.now(), is_voice_on=is_voice_on),
    }


def _describe(alert: Any, subject: Described) -> dict[str, Any]:
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "words": PHRASES[alert.kind].one,
        "is_voiced": not alert.is_silent,
        "number": alert.order.number if alert.order else "",
        "url": reverse("orders:detail", args=[alert.order.number]) if alert.order else subject.url,
        "raised_at": alert.raised_at.isoformat(),
        "age_s": max(int((clock.now() - alert.raised_at).total_seconds()), 0),
    }


class SharedReader:
    """One read of the state for all sockets of a process that are told to look at the same moment and show the same.

    A hundred pages asking on their own after each order would keep the web processes busy for a second.
    """

    def __init__(self) -> None:
        self._waiting: dict[Kinds, asyncio.Task[str]] = {}

    async def read(self, kinds: Kinds) -> str:
        """The message for the page, as JSON; read after this call began. Raises DatabaseError."""
        waiting = self._waiting.get(kinds)
        if waiting is None or waiting.get_loop() is not asyncio.get_running_loop():
            waiting = self._waiting[kinds] = asyncio.create_task(self._read_soon(kinds))
        # A socket that closes meanwhile must not cancel the read of the others.
        return await asyncio.shield(waiting)

    async def _read_soon(self, kinds: Kinds) -> str:
        await asyncio.sleep(_GATHER_S)
        self._waiting.pop(kinds, None)
        state = await database_sync_to_async(get_open_state)(kinds)
        return DjangoJSONEncoder().encode({"type": "look", "state": state})
