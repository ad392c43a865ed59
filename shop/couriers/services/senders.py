"""Where the shop ships from: addresses are added, changed, chosen and laid aside."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from shop.actor import Actor
from shop.couriers.models import Sender
from shop.errors import Refused
from shop.events.models import STALE
from shop.moves.services import begin, lock_subject, locked, move

EDITABLE = ("name", "phone", "company", "province", "city", "district", "address", "postcode")


def add_sender(values: Mapping[str, Any], *, actor: Actor) -> Sender:
    """A new sender; the first one is the default. Raises Refused `stale` when two people add the first at once."""
    written = {name: values.get(name, "") for name in EDITABLE}
    is_first = not Sender.objects.filter(is_default=True).exists()
    sender = Sender(**written, is_default=is_first)
    try:
        with transaction.atomic():
            begin(sender, "sender.add", actor=actor)
    except IntegrityError as error:
        raise Refused("stale", STALE) from error
    return sender


def change_sender(
    sender_id: int, values: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> Sender:
    """Write the given columns; orders that were sent keep what is on their label. Raises Refused `stale`."""
    with locked(Sender, sender_id, "sender.change", actor, expected_version) as sender:
        before = {name: getattr(sender, name) for name in EDITABLE if name in values}
        after = {name: values[name] for name in before if values[name] != before[name]}
        if after:
            data = {"before": {name: before[name] for name in after}, "after": after}
            move(sender, "sender.change", actor=actor, changes=after, data=data)
    return sender


def choose_sender(sender_id: int, *, actor: Actor, expected_version: int | None = None) -> Sender:
    """Make this sender the default in place of the other. Raises Refused `not_in_use`, `is_default`."""
    with transaction.atomic():
        # All in one order: two people who choose at once would each wait for the row of the other.
        senders = list(Sender.objects.select_for_update(no_key=True).order_by("pk"))
        sender = lock_subject(
            Sender, sender_id, "sender.choose", actor=actor, expected_version=expected_version
        )
        for former in (other for other in senders if other.is_default):
            move(former, "sender.step_back", actor=actor, changes={"is_default": False})
        move(sender, "sender.choose", actor=actor, changes={"is_default": True})
    return sender


def retire_sender(sender_id: int, *, actor: Actor, expected_version: int | None = None) -> Sender:
    """Offer this sender no more. Raises Refused `is_default` until another one is chosen."""
    with locked(Sender, sender_id, "sender.retire", actor, expected_version) as sender:
        move(sender, "sender.retire", actor=actor, changes={"is_in_use": False})
    return sender


def take_up_sender(sender_id: int, *, actor: Actor, expected_version: int | None = None) -> Sender:
    """Offer a sender again that was laid aside. Raises Refused `already_done`."""
    with locked(Sender, sender_id, "sender.take_up", actor, expected_version) as sender:
        move(sender, "sender.take_up", actor=actor, changes={"is_in_use": True})
    return sender
