"""Where buyers send goods back to: addresses are added, changed, chosen and laid aside."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from aftersales.terms.models import ReturnAddress
from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import STALE
from shop.moves.services import begin, lock_subject, locked, move

EDITABLE = ("name", "phone", "province", "city", "district", "address", "note")


def add_address(values: Mapping[str, Any], *, actor: Actor) -> ReturnAddress:
    """A new address; the first one is the default. Raises Refused `stale` when two people add the first at once."""
    is_first = not ReturnAddress.objects.filter(is_default=True).exists()
    address = ReturnAddress(**{name: values.get(name, "") for name in EDITABLE}, is_default=is_first)
    try:
        with transaction.atomic():
            begin(address, "return_address.add", actor=actor)
    except IntegrityError as error:
        raise Refused("stale", STALE) from error
    return address


def change_address(
    address_id: int, values: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> ReturnAddress:
    """Write the given columns; after-sales keep the address that was agreed to. Raises Refused `stale`."""
    with locked(ReturnAddress, address_id, "return_address.change", actor, expected_version) as address:
        before = {name: getattr(address, name) for name in EDITABLE if name in values}
        after = {name: values[name] for name in before if values[name] != before[name]}
        if after:
            data = {"before": {name: before[name] for name in after}, "after": after}
            move(address, "return_address.change", actor=actor, changes=after, data=data)
    return address


def choose_address(address_id: int, *, actor: Actor, expected_version: int | None = None) -> ReturnAddress:
    """Make this address the default in place of the other. Raises Refused `not_in_use`, `is_default`."""
    with transaction.atomic():
        # All in one order: two people who choose at once would each wait for the row of the other.
        rows = list(ReturnAddress.objects.select_for_update(no_key=True).order_by("pk"))
        verb = "return_address.choose"
        address = lock_subject(
            ReturnAddress, address_id, verb, actor=actor, expected_version=expected_version
        )
        for former in (other for other in rows if other.is_default):
            move(former, "return_address.step_back", actor=actor, changes={"is_default": False})
        move(address, verb, actor=actor, changes={"is_default": True})
    return address


def retire_address(address_id: int, *, actor: Actor, expected_version: int | None = None) -> ReturnAddress:
    """Offer it no more. Raises Refused `is_default` until another one is chosen."""
    with locked(ReturnAddress, address_id, "return_address.retire", actor, expected_version) as address:
        move(address, "return_address.retire", actor=actor, changes={"is_in_use": False})
    return address


def take_up_address(address_id: int, *, actor: Actor, expected_version: int | None = None) -> ReturnAddress:
    """Offer an address again that was laid aside. Raises Refused `already_done`."""
    with locked(ReturnAddress, address_id, "return_address.take_up", actor, expected_version) as address:
        move(address, "return_address.take_up", actor=actor, changes={"is_in_use": True})
    return address
