"""The session engine: database sessions that know whose they are and from where.

A session is a row of its own kind, so listing and revoking need no second table and no query more per request.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import models

from shop import clock
from shop.crypto import keyed_hash
from shop.database.kept import KeptQuery, Param
from shop.staff.models import StaffSession, StaffUser
from shop.staff.signing_in.devices import DEVICE_KEY

SEEN_EVERY = timedelta(minutes=1)
_CODE_LENGTH = 16
# Every page of the console asks for it.
_ALIVE = KeptQuery(
    lambda: StaffSession.objects.select_related("staff__list_preferences").filter(
        session_key=Param("session_key", models.CharField()),
        expire_date__gt=Param("now", models.DateTimeField()),
    )
)


class SessionStore(DatabaseStore):
    """Keeps beside the data: the member of staff, the device, and when it was last seen."""

    @classmethod
    def get_model_class(cls) -> Any:
        return StaffSession

    def create_model_instance(self, data: Mapping[str, Any]) -> Any:
        return _describe(super().create_model_instance(data), data)  # type: ignore[arg-type]  # a dict in fact

    async def acreate_model_instance(self, data: Mapping[str, Any]) -> Any:
        return _describe(await super().acreate_model_instance(data), data)  # type: ignore[arg-type]

    staff: StaffUser | None = None
    """Whose session it is, read together with it."""

    def _get_session_from_db(self) -> Any:
        now = clock.now()
        session = _ALIVE.first(session_key=self.session_key, now=now)
        if session is None:
            self._session_key = None
            return None
        self.staff = session.staff
        if now - session.seen_at >= SEEN_EVERY:
            StaffSession.objects.filter(pk=session.pk).update(seen_at=now)
        return session


def _describe(session: Any, data: Mapping[str, Any]) -> Any:
    """Fill the columns from what the session itself holds, since every save writes the whole row."""
    device, now = data.get(DEVICE_KEY, {}), clock.now()
    session.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
    session.code = keyed_hash("session", session.session_key)[:_CODE_LENGTH]
    session.signed_in_at = datetime.fromisoformat(device["since"]) if device else now
    session.seen_at = now
    session.ip = device.get("ip")
    session.device = device.get("name", "")
    return session
