"""Everything unhandled, as an open page needs it: the answer of `open.json` and what the socket carries.

It is the same for one audience, and holds nothing personal.
"""

from collections.abc import Mapping
from typing import Any

from django.templatetags.static import static
from django.urls import reverse

from notifications.kinds import NEW_PICKUP, SPOKEN, Audience, name_spoken
from notifications.models import Alert, AlertKind, AlertSetting
from notifications.selectors import SHOWN, count_open_alerts, list_open_alerts, load_subjects
from notifications.voice.selectors import list_alert_settings
from notifications.voice.words import describe_settings
from shop import clock
from shop.store.selectors import get_store_settings

_PICKUP_SOUND = "audio/pickup-order.wav"


def get_open_state(audience: Audience) -> dict[str, Any]:
    """The newest SHOWN unhandled alerts for this audience, how many there are, and what the shop wants said."""
    ways = {setting.kind: setting for setting in list_alert_settings()}
    heard = {kind for kind, way in ways.items() if way.is_heard_by(audience.role)}
    alerts = list(list_open_alerts(audience))
    load_subjects(alerts)
    rows = [_describe(alert) | {"is_voiced": alert.kind in heard} for alert in alerts]
    is_voice_on = AlertKind.NEW_ORDER in heard
    return {
        "alerts": rows,
        "count": len(rows) if len(rows) < SHOWN else count_open_alerts(audience),
        "phrases": {kind: _describe_way(kind, ways) for kind in SPOKEN},
        "settings": describe_settings(get_store_settings(), clock.now(), is_voice_on=is_voice_on),
    }


def _describe_way(kind: str, ways: Mapping[str, AlertSetting]) -> dict[str, str]:
    """What is said of a kind, and its own sound or ""."""
    way, spoken = ways.get(kind), SPOKEN[kind]
    sound = reverse("store:sound", args=[way.sound_name]) if way and way.sound_name else ""
    return {
        "one": spoken.one,
        "many": spoken.many,
        "sound": static(_PICKUP_SOUND) if kind == NEW_PICKUP else sound,
    }


def _describe(alert: Alert) -> dict[str, Any]:
    spoken = name_spoken(alert)
    return {
        "id": alert.pk,
        "kind": spoken,
        "words": SPOKEN[spoken].one,
        "number": alert.order.number if alert.order else "",
        "url": alert.url,
        "raised_at": alert.raised_at.isoformat(),
        "age_s": max(int((clock.now() - alert.raised_at).total_seconds()), 0),
    }
