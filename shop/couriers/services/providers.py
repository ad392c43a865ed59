"""Who the shop is at a provider of e-waybills, and the call that proves it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.clients.errors import BadCredentials, ClientError, Rejected
from shop.couriers.gateway import make_client
from shop.couriers.models import Provider, ProviderAccount
from shop.couriers.moves import SETUP
from shop.couriers.selectors import get_provider_account
from shop.errors import Refused
from shop.moves.services import lock_subject, move
from shop.words import fill

EDITABLE = ("customer", "key", "company")
_BAD_KEY, _NO_PLAN = "非法参数", "没有可用套餐"
"""As 快递鸟 says that id and key do not fit, and that no plan was bought."""
_BAD_KEY_CODES = {Provider.KDNIAO.value: {"104"}, Provider.KUAIDI100.value: {"400", "503", "600", "601"}}
"""User unknown; not authorised, signature wrong, key unknown or expired."""


def change_provider(
    provider: Provider, changes: Mapping[str, str], *, actor: Actor, expected_version: int | None = None
) -> ProviderAccount:
    """Write credentials; an empty key keeps the stored one. They must pass the test again. Raises Refused `stale`."""
    with transaction.atomic():
        row, _is_new = ProviderAccount.objects.get_or_create(provider=provider)
        account = lock_subject(
            ProviderAccount, row.pk, "provider.change", actor=actor, expected_version=expected_version
        )
        wanted = {name: changes[name].strip() for name in EDITABLE if name in changes}
        changed = {
            name: value
            for name, value in wanted.items()
            if (value or name != "key") and value != getattr(account, name)
        }
        if changed:
            untested: dict[str, Any] = {"tested_at": None}
            data = {"fields": [*changed]}
            move(account, "provider.change", actor=actor, changes=untested | changed, data=data)
    return account


def check_provider(provider: Provider, *, actor: Actor) -> None:
    """Test the stored credentials by a real call and remember that they passed.

    Raises Refused `not_set_up`, `connection_failed` (409), and `stale` when they were changed meanwhile.
    """
    require(actor, SETUP)
    account = get_provider_account(provider)
    if account is None or not (account.customer and account.key):
        raise Refused("not_set_up", _("Save the credentials first, then test the connection."))
    try:
        make_client(account).test()
    except ClientError as error:
        raise Refused("connection_failed", _why_failed(account, error)) from error
    with transaction.atomic():
        move(account, "provider.test", actor=actor, changes={"tested_at": clock.now()})


def _why_failed(account: ProviderAccount, error: ClientError) -> Any:
    if isinstance(error, Rejected):
        return _why_rejected(account, error)
    if isinstance(error, BadCredentials):
        return _("The key cannot be used as it is. Copy it again, whole and without spaces.")
    words = _("%(provider)s does not answer at the moment. Try again in a minute.")
    return fill(words, {"provider": account.get_provider_display()})


def _why_rejected(account: ProviderAccount, error: Rejected) -> Any:
    """What to do about it; the providers' codes mean several things, so their words are read too."""
    values = {"provider": account.get_provider_display(), "why": error.message or error.code}
    if _NO_PLAN in error.message:
        return fill(_("No plan is booked for this merchant id at %(provider)s: %(why)s"), values)
    if _BAD_KEY in error.message or error.code in _BAD_KEY_CODES[account.provider]:
        return fill(_("The credentials do not fit together. Copy them again: %(why)s"), values)
    return fill(_("%(provider)s did not accept the credentials: %(why)s"), values)
