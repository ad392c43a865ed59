"""What a shop still lacks before an e-waybill is one click, each with the page that mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.couriers.models import CourierAccount, Provider, Sender
from shop.couriers.selectors import (
    choose_provider,
    get_provider_account,
    list_accounts,
    list_missing,
    list_tested_providers,
)
from shop.words import fill


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: what, and where it is mended (`label` is what stands on the way there)."""

    words: Any
    url: str
    label: Any


def list_missing_for_labels() -> list[Missing]:
    """Everything that is missing, in the order in which one does it; empty once e-waybills can be had."""
    accounts = list_accounts()
    complete = [account for account in accounts if account.provider and not list_missing(account)]
    return [*_find_provider(complete), *_find_courier(accounts, complete), *_find_sender()]


def _find_provider(complete: list[CourierAccount]) -> Iterator[Missing]:
    """Credentials of a provider that some courier in use can be asked through, or of any while there is none."""
    tested = list_tested_providers()
    if tested.intersection(account.provider for account in complete) if complete else tested:
        return
    provider = Provider(complete[0].provider if complete else Provider.KDNIAO)
    url, account = reverse("couriers:provider", args=[provider]), get_provider_account(provider)
    if account is None or not account.key:
        words = _("E-waybills come from %(provider)s: your credentials there are missing.")
        yield Missing(fill(words, {"provider": provider.label}), url, _("Enter credentials"))
    else:
        words = _("The credentials at %(provider)s have not passed their test.")
        yield Missing(fill(words, {"provider": provider.label}), url, _("Test the connection"))


def _find_courier(accounts: list[CourierAccount], complete: list[CourierAccount]) -> Iterator[Missing]:
    if complete:
        return
    waiting = next((account for account in accounts if list_missing(account)), None)
    if waiting:
        words = fill(_("The account at %(courier)s is not complete."), {"courier": str(waiting)})
        yield Missing(words, _find_page(waiting), _("Complete the account"))
    elif accounts:
        words = _("For every courier in use numbers are typed.")
        yield Missing(words, _find_page(accounts[0]), _("Choose a provider"))
    else:
        url = reverse("couriers:overview") + "#couriers"
        yield Missing(_("No courier is switched on."), url, _("Switch a courier on"))


def _find_page(account: CourierAccount) -> str:
    """Its page, with the provider chosen that is most likely meant."""
    return f"{reverse('couriers:courier', args=[account.code])}?provider={choose_provider()}"


def _find_sender() -> Iterator[Missing]:
    sender = Sender.objects.filter(is_default=True).first()
    if sender is None:
        yield Missing(_("Nobody is named as the sender."), reverse("couriers:add_sender"), _("Add a sender"))
    elif not sender.postcode:
        url = reverse("couriers:sender", args=[sender.pk])
        yield Missing(_("The default sender has no postcode."), url, _("Enter the postcode"))
