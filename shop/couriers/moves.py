"""What may happen to senders and to the shop's accounts at couriers and providers."""

from django.utils.translation import gettext_lazy as _

from shop.couriers.models import CourierAccount, Provider, ProviderAccount, Sender
from shop.events.words import name_machines
from shop.moves.table import BY_SHOP, COLUMNS, Subject, register, stateless

_SETUP = "shipping.setup"
name_machines(dict(Provider.choices))

SENDERS = register(
    Subject(
        Sender,
        _("Sender"),
        (
            stateless("sender.add", _("Sender added"), BY_SHOP, _SETUP, facts=COLUMNS),
            stateless("sender.change", _("Sender changed"), BY_SHOP, _SETUP, facts=COLUMNS),
            stateless("sender.choose", _("Made the default sender"), BY_SHOP, _SETUP),
            stateless("sender.retire", _("Sender no longer used"), BY_SHOP, _SETUP),
            stateless("sender.take_up", _("Sender used again"), BY_SHOP, _SETUP),
        ),
        _("There is no such sender."),
    )
)
PROVIDERS = register(
    Subject(
        ProviderAccount,
        _("Provider of e-waybills"),
        (
            stateless(
                "provider.change",
                _("Credentials of e-waybills changed"),
                BY_SHOP,
                _SETUP,
                facts={"fields": list[str]},
            ),
            stateless("provider.test", _("Connection test of e-waybills passed"), BY_SHOP, _SETUP),
        ),
        _("There is no such provider."),
    )
)
COURIERS = register(
    Subject(
        CourierAccount,
        _("Courier"),
        (stateless("courier.change", _("Courier changed"), BY_SHOP, _SETUP, facts={"fields": list[str]}),),
        _("There is no such courier."),
    )
)
