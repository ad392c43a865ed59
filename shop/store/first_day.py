"""The first day of the shop's own settings."""

from django.utils.translation import gettext_lazy as _

from shop.store.selectors import list_deliveries, list_offers
from shop.store.steps import Step, register

register(
    Step(
        10,
        "shop",
        _("Name and phone of the shop"),
        _("Buyers see the name in the mini-program, and call this number when something is wrong."),
        "settings.edit",
        lambda store: bool(store.shop_name and store.contact_phone),
        "store:settings",
        _("Enter name and phone"),
        is_needed=True,
    ),
    Step(
        20,
        "delivery",
        _("A way to deliver"),
        _(
            "Express is on from the start: say what it costs under “Freight templates”, bring the goods yourself, or"
            " let buyers pick them up at a store."
        ),
        "settings.edit",
        lambda store: bool(list_deliveries(store)),
        "store:settings",
        _("Choose how you deliver"),
        not_open=_("This shop does not deliver yet."),
    ),
    Step(
        30,
        "payment",
        _("A way to be paid"),
        _(
            "Enter what WeChat gave you, test the connection, and switch it on; cash and transfers are settings."
        ),
        "settings.edit",
        lambda store: any(list_offers(store).values()),
        "store:wechat",
        _("Enter credentials"),
        not_open=_("Nothing can be paid in this shop yet."),
    ),
    Step(
        80,
        "backup",
        _("A backup"),
        _(
            "“manage.py backup” keeps the whole shop in one file: have whoever looks after the system run it every day."
        ),
        "settings.edit",
        lambda store: store.backed_up_at is not None,
    ),
)
