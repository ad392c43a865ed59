"""What may happen to the settings of the shop and its credentials."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.events.words import says_value
from shop.moves.table import BY_SHOP, BY_SYSTEM, COLUMNS, Subject, register, stateless
from shop.store.area.places import spell_area
from shop.store.models import StoreSettings, WeChatAccount
from shop.store.steps import name_steps

_EDIT = "settings.edit"
says_value("settings", "local_districts", spell_area)
says_value("settings", "skipped_steps", name_steps)
says_value("settings", "sound_name", lambda _name: gettext("own sound"))

SETTINGS = register(
    Subject(
        StoreSettings,
        _("Store settings"),
        (
            stateless("settings.change", _("Settings changed"), BY_SHOP, _EDIT, facts=COLUMNS),
            stateless("settings.back_up", _("Backup made"), BY_SYSTEM, is_look=True),
        ),
        _("There are no settings yet."),
        name=lambda _row: "",
        url=lambda _row: reverse("store:settings"),
    )
)
CREDENTIALS = register(
    Subject(
        WeChatAccount,
        _("WeChat credentials"),
        (
            stateless(
                "credentials.change", _("Credentials changed"), BY_SHOP, _EDIT, facts={"fields": list[str]}
            ),
            stateless("credentials.test", _("Connection test passed"), BY_SHOP, _EDIT),
        ),
        _("There are no credentials yet."),
        name=lambda _row: "",
        url=lambda _row: reverse("store:wechat"),
    )
)
