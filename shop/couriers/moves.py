"""What may happen to senders and to the shop's accounts at couriers and providers."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.couriers.models import CourierAccount, Provider, ProviderAccount, Sender
from shop.errors import Refused
from shop.events.words import name_machines
from shop.moves.table import BY_SHOP, COLUMNS, Subject, register, stateless

SETUP = "shipping.setup"
_FIELDS = {"fields": list[str]}
name_machines(dict(Provider.choices))


def is_used(sender: Sender) -> Refused | None:
    if sender.is_in_use:
        return None
    return Refused("not_in_use", _("This sender is not used any more. Use it again first."))


def is_unused(sender: Sender) -> Refused | None:
    return Refused("already_done", _("This sender is used already.")) if sender.is_in_use else None


def is_not_default(sender: Sender) -> Refused | None:
    if not sender.is_default:
        return None
    return Refused("is_default", _("This is the default sender. Make another one the default first."))


def is_on(account: CourierAccount) -> Refused | None:
    if account.is_on:
        return None
    return Refused("switched_off", _("This courier is switched off. Switch it on first."))


def is_off(account: CourierAccount) -> Refused | None:
    return Refused("already_done", _("This courier is switched on already.")) if account.is_on else None


SENDERS = register(
    Subject(
        Sender,
        _("Sender"),
        (
            stateless("sender.add", _("Sender added"), BY_SHOP, SETUP),
            stateless("sender.change", _("Sender changed"), BY_SHOP, SETUP, facts=COLUMNS),
            stateless(
                "sender.choose",
                _("Made the default sender"),
                BY_SHOP,
                SETUP,
                label=_("Make it the default"),
                icon_name="star",
                guards=(is_used, is_not_default),
            ),
            stateless("sender.step_back", _("No longer the default sender"), BY_SHOP, SETUP),
            stateless(
                "sender.retire",
                _("Sender no longer used"),
                BY_SHOP,
                SETUP,
                label=_("Use no more"),
                icon_name="ban",
                guards=(is_used, is_not_default),
            ),
            stateless(
                "sender.take_up",
                _("Sender used again"),
                BY_SHOP,
                SETUP,
                label=_("Use again"),
                icon_name="refresh",
                guards=(is_unused,),
            ),
        ),
        _("There is no such sender."),
        url=lambda sender: reverse("couriers:sender", args=[sender.pk]),
    )
)
PROVIDERS = register(
    Subject(
        ProviderAccount,
        _("Provider of e-waybills"),
        (
            stateless(
                "provider.change", _("Credentials of e-waybills changed"), BY_SHOP, SETUP, facts=_FIELDS
            ),
            stateless("provider.test", _("Connection test of e-waybills passed"), BY_SHOP, SETUP),
        ),
        _("There is no such provider."),
        url=lambda account: reverse("couriers:provider", args=[account.provider]),
    )
)
COURIERS = register(
    Subject(
        CourierAccount,
        _("Courier"),
        (
            stateless("courier.take", _("Courier switched on"), BY_SHOP, SETUP, guards=(is_off,)),
            stateless(
                "courier.drop",
                _("Courier switched off"),
                BY_SHOP,
                SETUP,
                label=_("Switch off"),
                icon_name="ban",
                guards=(is_on,),
            ),
            stateless("courier.rank", _("Place in the list changed"), BY_SHOP, SETUP, is_look=True),
            stateless("courier.change", _("Courier changed"), BY_SHOP, SETUP, facts=_FIELDS, guards=(is_on,)),
        ),
        _("There is no such courier."),
        url=lambda account: reverse("couriers:courier", args=[account.code]),
    )
)
