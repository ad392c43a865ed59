"""What may happen to the settings of a kind of alert."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.models import AlertSetting
from shop.moves.table import BY_SHOP, COLUMNS, Subject, register, stateless

ALERT_SETTINGS = register(
    Subject(
        AlertSetting,
        _("Voice of alerts"),
        (
            stateless(
                "alert_setting.change",
                _("Voice of an alert changed"),
                BY_SHOP,
                "settings.edit",
                facts=COLUMNS,
            ),
        ),
        _("There is no such setting."),
        url=lambda _row: reverse("voice:settings"),
    )
)
