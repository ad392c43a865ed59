"""A courier in use as the settings list it: whether its e-waybills can be had, and what is missing."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from shop.couriers.models import CourierAccount
from shop.couriers.selectors import list_accounts, list_missing, list_tested_providers
from shop.words import fill


@dataclass(frozen=True)
class CourierRow:
    """`tone` is that of a badge, "" where numbers are typed and none is drawn."""

    account: CourierAccount
    tone: str
    words: Any


def list_rows() -> list[CourierRow]:
    """Every courier in use, in the shop's order."""
    tested = list_tested_providers()
    return [CourierRow(account, *_describe(account, tested)) for account in list_accounts()]


def _describe(account: CourierAccount, tested: set[str]) -> tuple[str, Any]:
    if not account.provider:
        return "", _("Numbers are typed")
    if missing := list_missing(account):
        names = _(", ").join(map(_name_column, missing))
        return "soon", fill(_("Missing: %(fields)s"), {"fields": names})
    provider = {"provider": account.get_provider_display()}
    if account.provider not in tested:
        return "soon", fill(_("%(provider)s is not tested"), provider)
    return "done", fill(_("E-waybills by %(provider)s"), provider)


def _name_column(name: str) -> str:
    return capfirst(str(getattr(CourierAccount._meta.get_field(name), "verbose_name", name)))
