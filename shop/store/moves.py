"""What may happen to the settings of the shop and its credentials."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.events.words import label_facts, says_value
from shop.moves.table import BY_SHOP, BY_SYSTEM, COLUMNS, Subject, register, stateless
from shop.store.area.places import spell_area
from shop.store.models import AlipayAccount, PickupStore, StoreSettings, WeChatAccount
from shop.store.pickup_stores.hours import spell_holidays, spell_week
from shop.store.steps import name_steps

_EDIT = "settings.edit"
says_value("settings", "local_districts", spell_area)
says_value("settings", "skipped_steps", name_steps)
says_value("pickup_store", "hours", spell_week)
says_value("pickup_store", "holidays", spell_holidays)
label_facts("pickup_store", pictures=_("Pictures"))
says_value("settings", "sound_name", lambda _name: gettext("own sound"))


def is_open(store: PickupStore) -> Refused | None:
    if store.is_open:
        return None
    return Refused("already_done", _("This store is switched off already."))


def is_off(store: PickupStore) -> Refused | None:
    return Refused("already_done", _("This store is switched on already.")) if store.is_open else None


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
ALIPAY = register(
    Subject(
        AlipayAccount,
        _("Alipay credentials"),
        (
            stateless("alipay.change", _("Credentials changed"), BY_SHOP, _EDIT, facts={"fields": list[str]}),
            stateless("alipay.test", _("Connection test passed"), BY_SHOP, _EDIT),
        ),
        _("There are no credentials yet."),
        name=lambda _row: "",
        url=lambda _row: reverse("store:alipay"),
    )
)
PICKUP_STORES = register(
    Subject(
        PickupStore,
        _("Store"),
        (
            stateless("pickup_store.add", _("Store added"), BY_SHOP, _EDIT, facts=COLUMNS),
            stateless(
                "pickup_store.change", _("Store changed"), BY_SHOP, _EDIT, facts=COLUMNS | {"pictures": int}
            ),
            stateless(
                "pickup_store.close",
                _("Store switched off"),
                BY_SHOP,
                _EDIT,
                label=_("Switch off"),
                icon_name="ban",
                guards=(is_open,),
            ),
            stateless(
                "pickup_store.open",
                _("Store switched on"),
                BY_SHOP,
                _EDIT,
                label=_("Switch on"),
                icon_name="refresh",
                guards=(is_off,),
            ),
        ),
        _("There is no such store."),
        url=lambda store: reverse("store:pickup_store", args=[store.pk]),
    )
)
