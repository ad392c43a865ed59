"""Why an order of a sheet, or a number in it, cannot be shipped as it stands there."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.desk.bulk.columns import COURIER, ORDER, TRACKING
from orders.desk.bulk.couriers import NameOf
from orders.desk.bulk.facts import Facts
from orders.desk.bulk.parcels import Wanted, says_goods
from orders.guards import goes_by_courier
from orders.models import Order
from orders.numbers import LENGTH
from orders.shipping.models import ParcelState
from orders.stages import CloseReason, Stage
from orders.states import MOVES
from orders.waybills.models import Waybill, WaybillState
from shop.actor import Actor
from shop.jobs.sheets.checking import CheckedRow
from shop.spelling import normalise
from shop.words import fill

_SHIP = MOVES["order.ship_part"]


def refuse_unknown(row: CheckedRow, number: str) -> None:
    """No order that the actor may see has this number."""
    if len(number) == LENGTH and number.isdecimal():
        row.refuse(_("There is no such order."), ORDER.header)
        return
    message = _("There is no such order: its number has %(right)d digits, and this one %(have)d characters.")
    row.refuse(fill(message, {"right": LENGTH, "have": len(number)}), ORDER.header)


def find_obstacle(order: Order, facts: Facts, actor: Actor) -> Any:
    """Why nothing can be sent of this order now, or None."""
    if order.is_test:
        return _("This is a test order, which nobody receives.")
    if refused := goes_by_courier(order):
        return refused.message
    if words := _say_stage(order, facts):
        return words
    return next((refused.message for refused in _SHIP.list_refusals(order, actor.kind)), None)


def _say_stage(order: Order, facts: Facts) -> Any:
    if order.stage == Stage.UNPAID:
        return _("The order has not been paid yet.")
    if order.stage == Stage.TO_CONFIRM:
        return _("The order has not been confirmed yet. Confirm it first.")
    if order.stage == Stage.CLOSED:
        return fill(_("The order is closed: %(why)s."), {"why": CloseReason(order.close_reason).label})
    if order.stage in _SHIP.steps:
        return None
    numbers = "、".join(facts.sent_of[order.pk][:5]) or "–"
    return fill(_("All of this order has been shipped already, under: %(numbers)s."), {"numbers": numbers})


def settle_sent(row: CheckedRow, order: Order, named: str, facts: Facts) -> bool:
    """Whether the order has gone under this number before, so that the row changes nothing, or is refused for it."""
    number = row.row.values["tracking"]
    sent = next((each for each in facts.sent[number] if order.pk in each.orders), None)
    if sent is None:
        return _settle_replaced(row, order, number, facts)
    if sent.state == ParcelState.MADE:
        row.refuse(
            _("A packed parcel waits under this number. Hand it over at the scan station."), TRACKING.header
        )
    elif named and named != sent.courier:
        message = _(
            "Shipped under this number already, but with %(courier)s. Correct that on the page of the order."
        )
        row.refuse(fill(message, {"courier": NameOf(sent.courier)}), COURIER.header)
    elif says_goods(row) and (words := _differs(row, sent.pieces[order.pk])):
        row.refuse(words)
    else:
        row.words.append(_("Already shipped with this number."))
    return True


def _settle_replaced(row: CheckedRow, order: Order, number: str, facts: Facts) -> bool:
    newer = facts.replaced.get((order.pk, number))
    if newer:
        words = _("Already shipped with this number, which has been replaced by %(number)s since.")
        row.words.append(fill(words, {"number": newer}))
    return newer is not None


def _differs(row: CheckedRow, pieces: dict[str, int]) -> Any:
    """What a row says of the goods of a parcel that was sent, where it is not true."""
    by_code = {normalise(code): n for code, n in pieces.items()}
    code, quantity = normalise(row.row.values.get("sku", "")), row.row.values.get("quantity")
    has = by_code.get(code, 0) if code else sum(by_code.values())
    if has and quantity in (None, has):
        return None
    message = _(
        "Shipped under this number already, but with %(pieces)d pieces of this. Undo that parcel to change it."
    )
    return fill(message, {"pieces": has})


def check_numbers(wanted: Sequence[Wanted], facts: Facts) -> list[list[Wanted]]:
    """Parcels that are done together: those under one number, which has to be one parcel to one recipient."""
    by_number: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for parcel in wanted:
        by_number[parcel.courier.code, parcel.number].append(parcel)
    for parcels in by_number.values():
        _check_shared(parcels)
        for parcel in parcels:
            _check_used(parcel, facts)
            _check_waybills(parcel, parcels, facts)
    return list(by_number.values())


def _check_shared(parcels: Sequence[Wanted]) -> None:
    if len(parcels) < 2:
        return
    if len({parcel.order.destination for parcel in parcels}) > 1 or not parcels[0].order.destination:
        _refuse_strangers(parcels)
        return
    numbers = "、".join(parcel.order.number for parcel in parcels)
    for parcel in parcels:
        parcel.joins = True
        parcel.say(fill(_("In one parcel: orders %(numbers)s."), {"numbers": numbers}))


def _refuse_strangers(parcels: Sequence[Wanted]) -> None:
    message = _(
        "Row %(row)d has this number too, for an order of another buyer or address. A number is one parcel."
    )
    for parcel in parcels:
        other = parcels[1] if parcel is parcels[0] else parcels[0]
        parcel.refuse(fill(message, {"row": other.first_row}), TRACKING.header)


def _check_used(parcel: Wanted, facts: Facts) -> None:
    """Whether a parcel of other orders has the number, and whether more may go into that."""
    sent = next((each for each in facts.sent[parcel.number] if each.courier == parcel.courier.code), None)
    if sent is None:
        return
    other = next(iter(sent.orders.values()))
    if sent.is_joinable and sent.destinations == {parcel.order.destination} and parcel.order.destination:
        parcel.joins = True
        words = _("Goes into the parcel of order %(number)s, which was sent under this number.")
        parcel.say(fill(words, {"number": other}))
        return
    named = fill("%(courier)s %(number)s", {"courier": NameOf(sent.courier), "number": parcel.number})
    message = _("%(parcel)s has already been used, for order %(number)s.")
    parcel.refuse(fill(message, {"parcel": named, "number": other}), TRACKING.header)


def _check_waybills(parcel: Wanted, together: Sequence[Wanted], facts: Facts) -> None:
    """Whether the number is an e-waybill of somebody else, and which other ones wait for a parcel of this order."""
    ids = {each.order.pk for each in together}
    for waybill in facts.waybills[parcel.number]:
        if waybill.courier == parcel.courier.code and waybill.order_id not in ids:
            message = _("This is the e-waybill of order %(number)s.")
            parcel.refuse(fill(message, {"number": waybill.order.number}), TRACKING.header)
        elif waybill.courier == parcel.courier.code and waybill.state != WaybillState.ISSUED:
            parcel.refuse(_("This e-waybill is being voided."), TRACKING.header)
    _check_companions(parcel, ids, facts)
    others = [each for each in facts.list_held(parcel.order) if not _is_of(each, parcel)]
    if others and parcel.is_fine and _is_all(parcel, facts):
        parcel.refuse(_say_held(others), TRACKING.header)


def _say_held(waybills: Sequence[Waybill]) -> Any:
    number = next((each.tracking_no for each in waybills if each.tracking_no), "")
    if not number:
        return _("An e-waybill of this order has no number yet. See to it on the page of the order first.")
    message = _(
        "An e-waybill of this order waits for its parcel: %(number)s. Use that number, or void it first."
    )
    return fill(message, {"number": number})


def _is_of(waybill: Waybill, parcel: Wanted) -> bool:
    return (waybill.courier, waybill.tracking_no) == (parcel.courier.code, parcel.number)


def _is_all(parcel: Wanted, facts: Facts) -> bool:
    """Whether nothing of the order is left once this parcel is gone, as things are now."""
    return sum(parcel.quantities.values()) == sum(line.left for line in facts.lines[parcel.order.pk])


def _check_companions(parcel: Wanted, ids: set[int], facts: Facts) -> None:
    left = [order for order in facts.list_companions(parcel.order) if order.pk not in ids]
    if not left:
        return
    numbers = "、".join(order.number for order in left)
    if any(
        waybill.bundle == parcel.order.bundle for waybill in facts.list_held(parcel.order) if waybill.bundle
    ):
        message = _(
            "There is one e-waybill for all that goes together. Write its number beside these orders too: %(numbers)s."
        )
        parcel.refuse(fill(message, {"numbers": numbers}), TRACKING.header)
        return
    parcel.say(fill(_("Was to go together with %(numbers)s: they do not go along."), {"numbers": numbers}))
