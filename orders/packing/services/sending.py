"""From a full box to a parcel on its way: label, tracking number, shipping."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.companions import list_companions
from orders.models import Order
from orders.moves import lock_row
from orders.packing.models import Packing, PackingScan, Verdict
from orders.packing.selectors import (
    Box,
    count_wrong_scans,
    find_number,
    find_open_packing,
    find_repeat,
    read_box,
)
from orders.packing.services.opening import Press, locked_own, make_end, write_scan
from orders.selectors import read_order
from orders.shipping.selectors import list_just_sent
from orders.shipping.services.ship import NewParcel, ship_order
from orders.shipping.services.together import ship_together
from orders.waybills.models import HOLDING, Waybill, WaybillState
from orders.waybills.selectors import list_waiting
from orders.waybills.services.asking import Wish, request_waybill
from shop.actor import Actor
from shop.couriers.known import clean_tracking_no, guess_couriers
from shop.couriers.selectors import list_label_accounts
from shop.errors import Refused
from shop.moves import services
from shop.store.deliveries import WAYS
from shop.words import fill


def ask_label(order_id: int, press: Press) -> Waybill:
    """Ask for the e-waybill of what is packed; the one that is there already is the answer to every further scan.

    It is of the courier that stands first in the settings. Raises Refused `box_not_full`, `has_number`, and as
    `request_waybill` does.
    """
    with locked_own(order_id, press) as (order, packing):
        box = _read_full(order, packing)
        held = find_waybill(order)
        if held and held.state in HOLDING:
            return held
        if find_number(packing):
            raise Refused("has_number", _("The parcel has a number already. Undo that scan first."))
        account = next(iter(list_label_accounts()), None)
        wish = Wish(account.code if account else "", contents=box.contents, weight_g=box.weight_g)
        return request_waybill(order.pk, wish=wish, actor=press.actor)


def find_waybill(order: Order) -> Waybill | None:
    """The e-waybill that this order's next parcel goes under, or that was refused last."""
    found = list(list_waiting(order).values())
    held = [waybill for waybill in found if waybill.state in HOLDING]
    return next(iter(held or found), None)


def set_number(order_id: int, number: str, *, press: Press, courier: str = "") -> PackingScan:
    """Keep the tracking number that the parcel goes under, its courier guessed where none is given.

    Raises Refused `box_not_full`, `no_number`.
    """
    with locked_own(order_id, press) as (order, packing):
        if before := find_repeat(press.key, press.staff_id):
            return before
        _read_full(order, packing)
        if not WAYS[order.delivery].has_number:
            raise Refused("no_number", _("This order goes without a courier, so it needs no number."))
        number = clean_tracking_no(number)
        guessed = next(iter(guess_couriers(number)), None)
        code = courier or (guessed.code if guessed else "")
        return write_scan(packing, press, Verdict.NUMBER, code=number, courier=code)


def ship_packed(order_id: int, press: Press) -> PackingScan:
    """Ship what is in the box under its number, with all that goes together with it, and end the packing.

    Raises Refused `box_not_full`, `companion_not_packed`, and as `ship_order`.
    """
    with transaction.atomic(), _locked_together(order_id, press) as (order, packing):
        box = _read_full(order, packing)
        courier, number = find_carrier(order, packing)
        parcel = NewParcel(courier, number, box.contents)
        (sent,) = list_just_sent(_ship(order, parcel, press.actor))
        data = {"pieces": box.packed, "wrong_scans": count_wrong_scans(packing), "parcel": sent}
        services.move(packing, "packing.done", actor=press.actor, changes=make_end(), data=data)
        return write_scan(packing, press, Verdict.SHIP, code=number, courier=courier)


@contextmanager
def _locked_together(order_id: int, press: Press) -> Iterator[tuple[Order, Packing]]:
    """As `locked_own`, after all that goes together was locked in pk order."""
    companions = list_companions(read_order(order_id, actor=press.actor))
    for pk in sorted([order_id, *(other.pk for other in companions)]) if companions else ():
        lock_row(pk)
    with locked_own(order_id, press) as own:
        yield own


def _ship(order: Order, parcel: NewParcel, actor: Actor) -> Order:
    companions = list_companions(order)
    for other in companions:
        if not read_box(other, find_open_packing(other.pk)).is_complete:
            message = _("Order %(number)s goes in the same parcel and is not packed yet: scan its slip.")
            words = {"number": other.number}
            raise Refused("companion_not_packed", fill(message, words), order=other.number)
    if not companions:
        return ship_order(order.pk, parcels=[parcel], actor=actor)
    others = [other.pk for other in companions]
    return ship_together(order.pk, others=others, parcels=[parcel], actor=actor)


def find_carrier(order: Order, packing: Packing) -> tuple[str, str]:
    """Courier and tracking number: what was scanned, else the e-waybill's; empty while there is none."""
    if scanned := find_number(packing):
        return scanned.courier, scanned.code
    waybill = find_waybill(order)
    if waybill and waybill.state == WaybillState.ISSUED:
        return waybill.courier, waybill.tracking_no
    return "", ""


def _read_full(order: Order, packing: Packing) -> Box:
    box = read_box(order, packing)
    if box.is_complete:
        return box
    if box.over:
        message = _("The order has changed: scan what has to come out of the box (%(n)d).")
        raise Refused("box_not_full", fill(message, {"n": box.over}))
    raise Refused("box_not_full", fill(_("Not everything is packed: %(n)d to go."), {"n": box.left}))
