"""The list of reasons: added, changed, laid aside. After-sales keep the name that was chosen."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from aftersales.terms.models import Reason
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import begin, locked, move

EDITABLE = ("name", "is_quality", "rank")
_TAKEN = _("There is a reason with this name already.")


def add_reason(values: Mapping[str, Any], *, actor: Actor) -> Reason:
    """A new reason, the last of the list. Raises Refused `name_taken`."""
    last = Reason.objects.aggregate(rank=Max("rank"))["rank"] or 0
    reason = Reason(name=values["name"], is_quality=values["is_quality"], rank=last + 1)
    try:
        with transaction.atomic():
            begin(reason, "aftersale_reason.add", actor=actor)
    except IntegrityError as error:
        raise Refused("name_taken", _TAKEN) from error
    return reason


def change_reason(
    reason_id: int, values: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> Reason:
    """Write the given columns. Raises Refused `name_taken`, `stale`."""
    try:
        with locked(Reason, reason_id, "aftersale_reason.change", actor, expected_version) as reason:
            before = {name: getattr(reason, name) for name in EDITABLE if name in values}
            after = {name: values[name] for name in before if values[name] != before[name]}
            if after:
                data = {"before": {name: before[name] for name in after}, "after": after}
                move(reason, "aftersale_reason.change", actor=actor, changes=after, data=data)
    except IntegrityError as error:
        raise Refused("name_taken", _TAKEN) from error
    return reason


def retire_reason(reason_id: int, *, actor: Actor, expected_version: int | None = None) -> Reason:
    """Offer it no more. Raises Refused `not_in_use`."""
    with locked(Reason, reason_id, "aftersale_reason.retire", actor, expected_version) as reason:
        move(reason, "aftersale_reason.retire", actor=actor, changes={"is_in_use": False})
    return reason


def take_up_reason(reason_id: int, *, actor: Actor, expected_version: int | None = None) -> Reason:
    """Offer it again. Raises Refused `already_done`."""
    with locked(Reason, reason_id, "aftersale_reason.take_up", actor, expected_version) as reason:
        move(reason, "aftersale_reason.take_up", actor=actor, changes={"is_in_use": True})
    return reason
