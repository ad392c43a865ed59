"""What people do with an e-waybill: use it for a parcel, void it, settle what the provider leaves open."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, CharField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import lock_row
from orders.waybills.models import HELD, HOLDING, Waybill, WaybillState
from orders.waybills.selectors import find_voidable
from orders.waybills.services.held import follow_waybills, lock_orders_of_waybill
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.couriers.known import clean_tracking_no
from shop.database.kept import KeptQuery, Param
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import lock_subject, lock_subjects, locked, move

_UNASKED: dict[str, Any] = {"lease_until": None, "next_try_at": None}


def void_waybill(waybill_id: int, *, actor: Actor, expected_version: int | None = None) -> Waybill:
    """Have the provider take a number back before its parcel is sent; the order is free again once it has.

    Raises Refused as `lock_subject` does.
    """
    with transaction.atomic():
        waybill = _lock(waybill_id, "waybill.void", actor, expected_version)
        _void(waybill, actor)
    return waybill


def void_waybills(order_id: int) -> bool:
    """For an order that would close by itself, or needs them no more: have its numbers taken back.

    The one for all that goes together is taken back too, at whichever order it is. Returns whether it has to wait for
    that.
    """
    with transaction.atomic():
        for waybill in find_voidable(order_id):
            lock_orders_of_waybill(waybill.pk)
        order = lock_row(order_id)
        for waybill in find_voidable(order_id):
            _void(lock_subject(Waybill, waybill.pk, "waybill.void", actor=SYSTEM), SYSTEM)
    return order.has_label


def _void(waybill: Waybill, actor: Actor) -> None:
    changes = _UNASKED | {"next_try_at": clock.now(), "last_error": ""}
    move(waybill, "waybill.void", actor=actor, changes=changes, data=describe(waybill))


def give_up_waybill(
    waybill_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Waybill:
    """A person has seen that the provider gave no number, or has cancelled it there.

    Should a number come all the same, it is voided. Raises Refused `reason_required`, and as `lock_subject` does.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say how you know that no number is left."), 400)
    with transaction.atomic():
        orders = lock_orders_of_waybill(waybill_id)
        waybill = _lock(waybill_id, "waybill.give_up", actor, expected_version)
        sealed = seal_words(waybill, reason=reason.strip()[:200])
        changes = _UNASKED | {"is_given_up": True}
        move(waybill, "waybill.give_up", actor=actor, changes=changes, data=describe(waybill), sealed=sealed)
        follow_waybills(orders)
    return waybill


def enter_number(
    waybill_id: int, *, tracking_no: str, actor: Actor, expected_version: int | None = None
) -> Waybill:
    """A person has read the number at the provider. Raises Refused `tracking_required`, `duplicate_tracking`."""
    number = clean_tracking_no(tracking_no)
    if not number or len(number) > 40 or not number.isascii():
        raise Refused("tracking_required", _("Type or scan the tracking number."), 400)
    try:
        with transaction.atomic():
            waybill = _lock(waybill_id, "waybill.enter", actor, expected_version)
            changes = _UNASKED | {"tracking_no": number, "sent_at": None, "last_error": ""}
            data = describe(waybill) | {"tracking_no": number}
            move(waybill, "waybill.enter", actor=actor, changes=changes, data=data)
    except IntegrityError as error:
        raise Refused("duplicate_tracking", _("Another e-waybill has this number.")) from error
    return waybill


def note_printed(waybill_id: int, *, actor: Actor) -> Waybill:
    """Count a print of the label. Raises Refused as `lock_subject` does."""
    with locked(Waybill, waybill_id, "waybill.print", actor) as waybill:
        _count_print(waybill, actor)
    return waybill


def note_prints(waybill_ids: Sequence[int], *, actor: Actor) -> dict[int, int]:
    """Count a print of each of these labels, all or none; id → which copy it is, in the order in which they are named.

    One that cannot be printed any more in this moment is passed over, and has none.
    """
    with transaction.atomic():
        _lock_orders_of(waybill_ids)
        labels = lock_subjects(Waybill, waybill_ids, "waybill.print", actor=actor)
        copies = {waybill.pk: _count_print(waybill, actor) for waybill in labels}
    return {pk: copies[pk] for pk in waybill_ids if pk in copies}


def _lock_orders_of(waybill_ids: Sequence[int]) -> None:
    """As everybody does who holds more than one label, so that nobody waits in a ring."""
    rows = Waybill.objects.filter(pk__in=waybill_ids).select_related("order").only("order__id")
    list(rows.select_for_update(of=("order",), no_key=True).order_by("order_id"))


def _count_print(waybill: Waybill, actor: Actor) -> int:
    copies = waybill.prints + 1
    data = describe(waybill) | {"copies": copies}
    move(waybill, "waybill.print", actor=actor, changes={"prints": copies}, data=data)
    return copies


# Spelled out, not parameters: only so may a statement that is planned once use the index of numbers.
_HAS_NUMBER = RawSQL(
    "waybills_waybill.tracking_no <> '' AND waybills_waybill.state <> 'void'", [], BooleanField()
)
_HOLDING = KeptQuery(
    lambda: Waybill.objects.filter(
        _HAS_NUMBER,
        state__in=HOLDING,
        courier=Param("courier", CharField()),
        tracking_no=Param("tracking_no", CharField()),
    )
)


def use_waybill(
    orders: Sequence[Order], *, courier: str, tracking_no: str, actor: Actor, case_number: str = ""
) -> None:
    """A parcel of these locked orders goes under this number: its waybill is used, if it is one of ours.

    With a `case_number` the parcel is sent in exchange in that after-sale; a label that was had for the order will do.

    Raises Refused `label_of_other_order`, `label_of_other_parcel`, `label_not_ready`.
    """
    waybill = _HOLDING.first(courier=courier, tracking_no=tracking_no) if tracking_no else None
    if waybill is None:
        return
    if waybill.order_id not in {order.pk for order in orders}:
        number = waybill.order.number
        message = _("This is the e-waybill of order %(number)s.") % {"number": number}
        raise Refused("label_of_other_order", message, order=number)
    if waybill.case_number not in ("", case_number):
        raise Refused("label_of_other_parcel", _("This is the e-waybill of another parcel of this order."))
    if waybill.state != WaybillState.ISSUED:
        raise Refused("label_not_ready", _("This e-waybill is being voided."))
    waybill = lock_subject(Waybill, waybill.pk, "waybill.use", actor=actor)
    move(waybill, "waybill.use", actor=actor, data=describe(waybill))


def free_waybill(*, courier: str, tracking_no: str, actor: Actor) -> None:
    """A parcel under this number was taken back: its waybill, if it had one, is kept for the next."""
    used = Waybill.objects.filter(state=WaybillState.USED, courier=courier, tracking_no=tracking_no)
    for waybill in used.exclude(tracking_no=""):
        locked = lock_subject(Waybill, waybill.pk, "waybill.free", actor=actor)
        changes = {"place": _find_free_place(locked)}
        move(locked, "waybill.free", actor=actor, changes=changes, data=describe(locked))


def _find_free_place(waybill: Waybill) -> int:
    """Its own place in the ship dialog, or the first where no other waits by now."""
    held = Waybill.objects.filter(HELD, order=waybill.order_id)
    taken = set(held.values_list("place", flat=True))
    free: int = next(place for place in (waybill.place, *range(1, len(taken) + 2)) if place not in taken)
    return free


def describe(waybill: Waybill) -> dict[str, Any]:
    """What its events say of it."""
    data = {"code": waybill.code, "courier": waybill.courier}
    return data | {"tracking_no": waybill.tracking_no} if waybill.tracking_no else data


def _lock(waybill_id: int, verb: str, actor: Actor, expected_version: int | None) -> Waybill:
    """The order first, then the waybill, for a verb."""
    order_id = Waybill.objects.filter(pk=waybill_id).values_list("order_id", flat=True).first()
    order = lock_row(order_id) if order_id else None
    waybill = lock_subject(Waybill, waybill_id, verb, actor=actor, expected_version=expected_version)
    if order is not None:
        waybill.order = order
    return waybill
