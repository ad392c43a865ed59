"""Confirm and prepare, and back again; hold, release, receive."""

import json
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from orders.models import Note, Order
from orders.moves import locked_order, move
from orders.services.deadlines import check_due
from orders.services.fulfilment import free_changes, hold_changes, pass_skipped_steps
from shop import clock
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.events.services import seal_words
from shop.store.choices import LIMITS
from shop.store.selectors import get_store_settings


def confirm_order(
    order_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> Order:
    """Confirm a paid or cash-on-delivery order, optionally with an internal note."""
    with locked_order(order_id, "order.confirm", actor, expected_version) as order:
        sealed = _seal_note(write_note(order, note, actor)) if note.strip() else ""
        move(order, "order.confirm", actor=actor, sealed=sealed)
        pass_skipped_steps(order)
    return order


def undo_confirm(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Have the order to be confirmed again; a note that was taken along stays. Raises Refused `already_shipped`."""
    with locked_order(order_id, "order.undo_confirm", actor, expected_version) as order:
        move(order, "order.undo_confirm", actor=actor)
    return order


def prepare_order(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Start packing."""
    with locked_order(order_id, "order.prepare", actor, expected_version) as order:
        move(order, "order.prepare", actor=actor)
    return order


def undo_prepare(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Packing has not begun after all. Raises Refused `already_shipped`."""
    with locked_order(order_id, "order.undo_prepare", actor, expected_version) as order:
        move(order, "order.undo_prepare", actor=actor)
    return order


def hold_order(
    order_id: int,
    *,
    reason: str,
    actor: Actor,
    release_at: datetime | None = None,
    expected_version: int | None = None,
) -> Order:
    """Stop shipping, with a reason and optionally a time of release; cancelling stays possible."""
    reason = reason.strip()
    if not reason:
        raise Refused("reason_required", _("Say why the order is put on hold."), 400)
    if release_at is not None and release_at <= clock.now():
        raise Refused("release_in_past", _("The time of release must lie ahead."), 400)
    with locked_order(order_id, "order.hold", actor, expected_version) as order:
        changes = hold_changes(reason, release_at=release_at)
        sealed = seal_words(order, reason=reason[:200])
        move(order, "order.hold", actor=actor, changes=changes, sealed=sealed)
    return order


def release_order(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Take the order off hold; the time held is added to its ship-by deadline. Raises Refused `not_due` (timer)."""
    with locked_order(order_id, "order.release", actor, expected_version) as order:
        check_due(order.release_at, actor)
        move(order, "order.release", actor=actor, changes=free_changes(order))
    return order


def receive_order(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """The goods are with the buyer: by the buyer, by staff, or by the timer. Raises Refused `not_due` (timer)."""
    with locked_order(order_id, "order.receive", actor, expected_version) as order:
        check_due(None if order.receive_stopped_at else order.receive_by, actor)
        changes = {"received_at": clock.now(), "receive_by": None}
        move(order, "order.receive", actor=actor, changes=changes)
    return order


def urge_order(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """The buyer asks to hurry, or staff note that they did: it rings in the shop, at most once an hour.

    Raises Refused `urged_lately` (429).
    """
    with locked_order(order_id, "order.urge", actor, expected_version) as order:
        move(order, "order.urge", actor=actor, changes={"urged_at": clock.now()})
    return order


def extend_receipt(
    order_id: int, *, actor: Actor, days: int | None = None, expected_version: int | None = None
) -> Order:
    """Give more days to receive: the buyer once per order, staff at any time. `days` is for staff only.

    The term of the order itself becomes longer, so that a parcel that arrives later starts the longer clock.
    Raises Refused `already_extended`, `bad_days` (400).
    """
    extra = get_store_settings().extend_days if days is None or actor.kind == ActorKind.CUSTOMER else days
    least, most = LIMITS["extend_days"]
    if not least <= extra <= most:
        message = _("Type a number from %(least)d to %(most)d.") % {"least": least, "most": most}
        raise Refused("bad_days", message, 400)
    with locked_order(order_id, "order.extend", actor, expected_version) as order:
        changes = {
            "receive_days": order.receive_days + extra,
            "receive_by": (order.receive_by or clock.now()) + timedelta(days=extra),
            "is_extended": order.is_extended or actor.kind == ActorKind.CUSTOMER,
        }
        move(order, "order.extend", actor=actor, changes=changes, data={"days": extra})
    return order


def add_note(order_id: int, *, text: str, actor: Actor) -> Note:
    """Add an internal note. Raises Refused `text_required`."""
    if not text.strip():
        raise Refused("text_required", _("Write something first."), 400)
    with locked_order(order_id, "order.note", actor) as order:
        note = write_note(order, text, actor)
        move(order, "order.note", actor=actor, sealed=_seal_note(note))
    return note


def _seal_note(note: Note) -> str:
    """What staff write may hold personal data, and an event stays for ever."""
    return json.dumps({"note": note.text}, ensure_ascii=False)


def write_note(order: Order, text: str, actor: Actor) -> Note:
    """An internal note of a locked order; the event is the caller's."""
    return Note.objects.create(
        order=order, text=text.strip()[:500], author_id=actor.id, author_name=actor.name, at=clock.now()
    )


def set_seller_remark(
    order_id: int, *, text: str, actor: Actor, expected_version: int | None = None
) -> Order:
    """Write or clear the seller remark, which staff see in lists."""
    with locked_order(order_id, "order.remark", actor, expected_version) as order:
        was, now_ = order.seller_remark, text.strip()[:500]
        if was != now_:
            sealed = json.dumps({"before": was, "after": now_}, ensure_ascii=False)
            move(order, "order.remark", actor=actor, changes={"seller_remark": now_}, sealed=sealed)
    return order
