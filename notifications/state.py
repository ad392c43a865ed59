"""Everything unhandled, as an open page needs it: the answer of `open.json` and what the socket carries.

It is the same for one audience, and holds nothing personal.
"""

from typing import Any

from django.urls import reverse

from notifications.kinds import KINDS, Audience
from notifications.models import Alert, AlertKind, AlertSetting
from notifications.selectors import SHOWN, count_open_alerts, list_open_alerts, load_subjects
from notifications.voice.selectors import list_alert_settings
from notifications.voice.words import describe_settings
from shop import clock
from shop.store.selectors import get_store_settings


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
        "phrases": {kind: _describe_way(ways[kind]) for kind in KINDS},
        "settings": describe_settings(get_store_settings(), clock.now(), is_voice_on=is_voice_on),
    }


def _describe_way(way: AlertSetting) -> dict[str, str]:
    """What is said of a kind, and its own sound or ""."""
    row = KINDS[AlertKind(way.kind)]
    sound = reverse("store:sound", args=[way.sound_name]) if way.sound_name else ""
    return {"one": row.one, "many": row.many, "sound": sound}


def _describe(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "words": KINDS[AlertKind(alert.kind)].one,
        "number": alert.order.number if alert.order else "",
        "url": alert.url,
        "raised_at": alert.raised_at.isoformat(),
        "age_s": max(int((clock.now() - alert.raised_at).total_seconds()), 0),
    }
