"""The couriers that the shop uses: switched on and off, put into order, and what their e-waybills need."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.couriers.models import CourierAccount
from shop.couriers.moves import COURIERS
from shop.couriers.selectors import choose_provider, list_missing
from shop.errors import Refused
from shop.moves.services import lock_subject, locked, move

SECRETS = ("customer_pwd", "month_code")
EDITABLE = (
    *("provider", "pay_type", "product", "label_size", "delivery_method", "trans_type"),
    *("customer_name", *SECRETS, "send_site", "send_staff", "warehouse", "stuck_hours"),
)


def take_courier(code: str, *, actor: Actor) -> CourierAccount:
    """Switch a courier on, last in the list; what was entered for it before is still there.

    One that needs no account gets its e-waybills at once. Raises Refused `not_found` for a code that nobody knows,
    and `already_done`.
    """
    courier = find_courier(code)
    if courier is None:
        raise Refused("not_found", COURIERS.missing, 404)
    usual, provider = courier.list_usual(), str(choose_provider())
    if list_missing(CourierAccount(code=code, provider=provider, **usual)):
        provider = ""
    with transaction.atomic():
        row, _is_new = CourierAccount.objects.get_or_create(
            code=code, defaults={"is_on": False, "provider": provider, **usual}
        )
        account = lock_subject(CourierAccount, row.pk, "courier.take", actor=actor)
        last = CourierAccount.objects.filter(is_on=True).aggregate(last=Max("position"))["last"]
        place = 0 if last is None else last + 1
        move(account, "courier.take", actor=actor, changes={"is_on": True, "position": place})
    return account


def drop_courier(account_id: int, *, actor: Actor, expected_version: int | None = None) -> CourierAccount:
    """Switch a courier off; its account stays stored. Raises Refused `switched_off`, `stale`."""
    with locked(CourierAccount, account_id, "courier.drop", actor, expected_version) as account:
        move(account, "courier.drop", actor=actor, changes={"is_on": False})
    return account


def rank_courier(account_id: int, *, step: int, actor: Actor) -> CourierAccount:
    """Move a courier in use up (-1) or down (1) by one place; at the end of the list nothing happens.

    Raises Refused `not_found` for one that is not in use.
    """
    with transaction.atomic():
        # Locked in one order: two people who move couriers at once would each wait for a row of the other.
        locked_rows = CourierAccount.objects.filter(is_on=True).select_for_update(no_key=True).order_by("pk")
        ranked = sorted(locked_rows, key=lambda account: account.position)
        at = next((at for at, account in enumerate(ranked) if account.pk == account_id), None)
        if at is None:
            raise Refused("not_found", COURIERS.missing, 404)
        moved = ranked.pop(at)
        ranked.insert(max(at + step, 0), moved)
        for place, account in enumerate(ranked):
            if account.position != place:
                move(account, "courier.rank", actor=actor, changes={"position": place})
    return moved


def change_courier(
    account_id: int, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> CourierAccount:
    """Write how e-waybills of a courier are had; an empty secret keeps the stored one.

    Raises Refused `account_incomplete`, whose `extra["fields"]` names what a provider cannot do without, and `stale`.
    """
    with locked(CourierAccount, account_id, "courier.change", actor, expected_version) as account:
        changed = {
            name: changes[name]
            for name in EDITABLE
            if name in changes
            and (changes[name] or name not in SECRETS)
            and changes[name] != getattr(account, name)
        }
        for name, value in changed.items():
            setattr(account, name, value)
        _check_complete(account)
        if changed:
            move(account, "courier.change", actor=actor, changes=changed, data={"fields": [*changed]})
    return account


def _check_complete(account: CourierAccount) -> None:
    if account.provider and (missing := list_missing(account)):
        words = _("E-waybills of this courier need it. Ask the courier for it, or let numbers be typed.")
        raise Refused("account_incomplete", words, 400, fields=missing)
