"""Reading how the shop hears of each kind."""

from notifications.models import AlertKind, AlertSetting
from shop.database.kept import KeptQuery

_SETTINGS: KeptQuery[AlertSetting] = KeptQuery(AlertSetting.objects.all)


def list_alert_settings() -> list[AlertSetting]:
    """One for each kind, in their order; defaults where nobody has changed anything yet. One query."""
    known = {row.kind: row for row in _SETTINGS.fetch()}
    return [known.get(kind) or AlertSetting(kind=kind) for kind in AlertKind]


def get_alert_setting(kind: AlertKind) -> AlertSetting:
    return AlertSetting.objects.filter(kind=kind).first() or AlertSetting(kind=kind)
