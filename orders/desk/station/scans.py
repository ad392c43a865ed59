"""One scan at the station: what it is in the present state, and what the packer is told of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.desk.station.commands import Command, read_command, read_courier
from orders.desk.station.desk import Desk, find_order, read_desk
from orders.desk.station.words import Answer, tell_scan
from orders.models import Order
from orders.packing.selectors import find_article, find_repeat
from orders.packing.services.opening import Press, leave_packing, open_packing
from orders.packing.services.scanning import count_goods, undo_scan
from orders.packing.services.sending import ask_label, set_number, ship_packed
from orders.waybills.models import WaybillState
from shop.actor import Actor
from shop.catalog.codes import clean_scan
from shop.couriers.known import clean_tracking_no
from shop.errors import Refused
from shop.words import fill

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Z]{8,40}", re.ASCII)
"""What may be a tracking number; no courier publishes its rules."""


@dataclass(frozen=True)
class Scan:
    """One scan as the page sends it: `number` is the order that stands there, `agreed` what was asked before."""

    code: str
    press: Press
    number: str
    agreed: str

    @classmethod
    def read(cls, data: Mapping[str, Any], actor: Actor) -> "Scan":
        """Raises Refused `bad_key` (400) for a scan that could count twice."""
        key = str(data.get("key", ""))
        if not _KEY.fullmatch(key):
            raise Refused("bad_key", _("Load the page again, then repeat the scan."), 400)
        number, agreed = (str(data.get(name, "")) for name in ("order", "agreed"))
        return cls(clean_scan(str(data.get("code", ""))), Press(key, actor), number, agreed)


def take_scan(scan: Scan) -> Answer:
    """Do what a scan says, once. Raises Refused `forbidden` alone: anything else is told to the packer."""
    if before := find_repeat(scan.press.key, scan.press.staff_id):
        return tell_scan(before)
    desk = read_desk(scan.number, scan.press.actor)
    number = desk.order.number if desk.order else ""
    try:
        return _recognise(scan, desk)
    except Refused as refused:
        if refused.code == "forbidden":
            raise
        # What was sent twice at once was done by the other.
        if before := find_repeat(scan.press.key, scan.press.staff_id):
            return tell_scan(before)
        return Answer("wrong", refused.message, number)


def _recognise(scan: Scan, desk: Desk) -> Answer:
    if not scan.code:
        raise Refused("unreadable", _("That could not be read. Scan it again."))
    if command := read_command(scan.code):
        return _obey(command, scan, desk)
    if order := find_order(scan.code, scan.press.actor):
        return _open(order, scan, desk)
    if desk.order is None:
        message = _("“%(code)s” is no order of this shop. Scan the slip of an order.")
        raise Refused("no_such_order", fill(message, {"code": scan.code}))
    if courier := read_courier(scan.code):
        return _choose_courier(courier.code, scan, desk)
    return _take_goods(scan, desk, desk.order)


def _open(order: Order, scan: Scan, desk: Desk) -> Answer:
    """Another order comes to the desk; what is begun there is asked about."""
    present = desk.order
    is_other = present is not None and present.pk != order.pk
    is_agreed = scan.agreed == f"switch:{order.number}" or scan.agreed.startswith("take:")
    if present and is_other and desk.has_begun and not is_agreed:
        words = _("Order %(number)s is not finished. Scan the new slip again to switch.")
        return Answer(
            "ask", fill(words, {"number": present.number}), present.number, f"switch:{order.number}"
        )
    try:
        open_packing(order.pk, scan.press, agreed=scan.agreed)
    except Refused as refused:
        if ask := refused.extra.get("ask", ""):
            more = _("Scan the slip again to take it over.")
            return Answer("ask", refused.message, present.number if present else "", ask, more)
        message = fill(_("Order %(number)s: %(why)s"), {"number": order.number, "why": refused.message})
        raise Refused(refused.code, message, refused.status) from refused
    return Answer("right", _("Order taken. Scan its goods."), order.number)


def _take_goods(scan: Scan, desk: Desk, order: Order) -> Answer:
    sku = find_article(scan.code, [place.line for place in desk.box.places])
    number = clean_tracking_no(scan.code)
    if sku is None and desk.is_ready_for_number and _NUMBER.fullmatch(number):
        return _take_number(number, scan, desk, order)
    return tell_scan(count_goods(order.pk, sku, code=scan.code, press=scan.press), shown=scan.code)


def _take_number(number: str, scan: Scan, desk: Desk, order: Order) -> Answer:
    """A number that stands there already is on the parcel: it may go."""
    if number == desk.number:
        return tell_scan(ship_packed(order.pk, scan.press))
    if desk.waybill and desk.waybill.is_waiting:
        raise Refused("label_awaited", _("The number of this parcel is on its way. Wait for it."))
    if desk.can_print and desk.waybill:
        count_goods(order.pk, None, code=number, press=scan.press)
        words = _("This is not the label of this parcel, which has %(number)s.")
        return Answer("wrong", fill(words, {"number": desk.waybill.tracking_no}), order.number)
    return tell_scan(set_number(order.pk, number, press=scan.press))


def _choose_courier(code: str, scan: Scan, desk: Desk) -> Answer:
    if desk.order is None or not desk.number:
        raise Refused("no_number_yet", _("Scan the tracking number first, then its courier."))
    return tell_scan(set_number(desk.order.pk, desk.number, courier=code, press=scan.press))


def _obey(command: Command, scan: Scan, desk: Desk) -> Answer:
    if desk.order is None:
        if command in (Command.NEXT, Command.LEAVE):
            return Answer("plain", _("Scan the slip of an order."))
        raise Refused("no_order", _("Scan the slip of an order first."))
    if command == Command.NEXT:
        return _go_on(scan, desk, desk.order)
    if command == Command.LEAVE:
        return _leave(scan, desk, desk.order)
    if command == Command.LABEL:
        return _get_label(scan, desk.order)
    return tell_scan((undo_scan if command == Command.UNDO else ship_packed)(desk.order.pk, scan.press))


def _go_on(scan: Scan, desk: Desk, order: Order) -> Answer:
    if desk.has_begun and scan.agreed != "next":
        words = _("Order %(number)s is not sent yet. Scan “next” again to leave it as it is.")
        return Answer("ask", fill(words, {"number": order.number}), order.number, "next")
    return Answer("plain", _("Scan the slip of an order."))


def _leave(scan: Scan, desk: Desk, order: Order) -> Answer:
    if desk.has_begun and scan.agreed != "leave":
        words = _("Give up packing? Its %(n)d pieces go back to the shelf. Press Esc again to do so.")
        return Answer("ask", fill(words, {"n": desk.box.packed}), order.number, "leave")
    if desk.is_mine:
        leave_packing(order.pk, scan.press)
    return Answer("plain", _("Packing given up. Scan the slip of an order."))


def _get_label(scan: Scan, order: Order) -> Answer:
    waybill = ask_label(order.pk, scan.press)
    if waybill.state == WaybillState.ISSUED:
        return Answer("right", _("The label is printed."), order.number, does_print=True)
    if waybill.is_waiting:
        return Answer("right", _("The number is asked for."), order.number)
    raise Refused("label_not_there", _("This e-waybill needs a person: open it in the order."))
