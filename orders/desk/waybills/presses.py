"""One press of a button that prints labels: which ones, and for how long and for whom their addresses are good.

A label shows the recipient in full, so what opens it is signed, holds who pressed, and is good for a while.
"""

from collections.abc import Mapping

from django.core import signing
from django.utils.translation import gettext_lazy as _

from orders.desk.list.bulk import PRINT_LABELS, list_stages
from orders.desk.list.selection import Selection
from orders.desk.list.selectors import narrow
from orders.scope import scope_key
from orders.waybills.models import Waybill
from orders.waybills.selectors import list_printable
from orders.waybills.services.ending import note_prints
from shop.actor import Actor
from shop.errors import Refused
from shop.staff.decorators import StaffRequest
from shop.words import fill

MOST = 200
"""So many labels one press prints."""
_SALT = "orders.desk.waybills.label"
_KEY_HOLDS_S = 900


def find_labels(selection: Selection, actor: Actor) -> list[Waybill]:
    """The labels that a press would print, at most one more than it may; of a job those that it has not printed yet.

    Of a job that has printed all of them it is all again.
    """
    labels = list_printable(_find_orders(selection, actor), scope_key(actor))
    if not selection.job_id:
        return list(labels[: MOST + 1])
    return list(labels.filter(prints=0)[:MOST]) or list(labels[:MOST])


def _find_orders(selection: Selection, actor: Actor) -> object:
    """A query of the ids of the orders that were chosen."""
    if not selection.is_all:
        return selection.find_named(actor).values("pk")
    shown = [stage for stage in PRINT_LABELS.stages if stage in list_stages(selection.filters)]
    return narrow(selection.filters, actor=actor).filter(stage__in=shown).order_by().values("pk")


def press(selection: Selection, *, actor: Actor) -> dict[int, int]:
    """Record a print of each label; waybill id → which copy it is.

    What cannot be printed any more in this moment is passed over. Raises Refused `too_many`, `nothing_to_print`.
    """
    labels = find_labels(selection, actor)
    if len(labels) > MOST:
        sentence = _(
            "At most %(n)d labels are printed at once. Narrow the list by a filter, or choose fewer."
        )
        raise Refused("too_many", fill(sentence, {"n": MOST}))
    copies = note_prints([label.pk for label in labels], actor=actor)
    if not copies:
        message = _("None of the chosen orders has a label that can be printed here.")
        raise Refused("nothing_to_print", message)
    return copies


def write_key(copies: Mapping[int, int], user_id: int) -> str:
    """What opens these labels to this person."""
    return signing.dumps([list(copies), list(copies.values()), user_id], salt=_SALT, compress=True)


def read_key(request: StaffRequest, waybill_id: int | None = None) -> dict[int, int]:
    """The labels that the key of this address opens, with this one among them. Raises Refused `print_again` (410)."""
    try:
        ids, copies, user_id = signing.loads(request.GET.get("key", ""), salt=_SALT, max_age=_KEY_HOLDS_S)
    except signing.BadSignature:
        ids, copies, user_id = [], [], None
    if user_id != request.user.pk or waybill_id not in (None, *ids):
        message = _("Press “Print the label” again: this address was good for a moment only.")
        raise Refused("print_again", message, 410)
    return dict(zip(ids, copies, strict=True))
