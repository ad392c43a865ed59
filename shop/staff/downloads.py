"""Personal data that leaves the shop in a file: who took it, of how many orders, and what for."""

from django.utils.translation import gettext_lazy as _

from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import locked, move
from shop.staff.models import StaffUser


def note_download(actor: Actor, *, orders: int, reason: str) -> None:
    """Put on the record that a member of staff took the recipients of so many orders in full.

    Raises Refused `forbidden` and `reason_required`.
    """
    require(actor, "orders.reveal")
    if not reason.strip():
        raise Refused("reason_required", _("Say what the personal data is needed for."), 400)
    with locked(StaffUser, actor.id or 0, "staff.download", actor) as user:
        move(user, "staff.download", actor=actor, data={"orders": orders, "reason": reason.strip()[:200]})
