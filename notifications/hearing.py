"""Whether anybody can hear an alert now: open pages with sound say so through their sockets, for a moment each time.

A page without a socket cannot say it, and what Redis forgets is not heard: then the robots speak.
"""

from datetime import datetime

from django.core.cache import cache

from notifications.kinds import list_roles
from notifications.models import AlertKind
from notifications.voice.selectors import list_alert_settings
from notifications.voice.words import is_quiet
from shop.access import ROLES
from shop.store.selectors import get_store_settings

HEARD_FOR_S = 15
"""Three beats of a socket: a page that is gone is not believed for longer."""


def note_audible(role: str) -> None:
    """A page of somebody with this role is open and can be heard."""
    cache.set(_key(role), 1, HEARD_FOR_S)


def list_heard(at: datetime) -> set[str]:
    """The kinds of alerts that are spoken aloud somewhere at this moment; none in the quiet hours."""
    if is_quiet(get_store_settings(), at):
        return set()
    present = {role for role in ROLES if cache.get(_key(role))}
    return {
        setting.kind
        for setting in list_alert_settings()
        if any(setting.is_heard_by(role) for role in present & {*list_roles(AlertKind(setting.kind))})
    }


def _key(role: str) -> str:
    return f"alerts-heard-by-{role}"
